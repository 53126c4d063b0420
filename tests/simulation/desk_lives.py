"""What people do at the desk while Stripe lives its own life: gifts entered, goods on and off the shelf, mistakes."""

from __future__ import annotations

import random
from collections.abc import Callable

from sqlalchemy import select

from donations.audit_log import COMMAND
from donations.goods import GoodsDesk, GoodsWish, ItemWish, OutWish, Part
from donations.offline import GiftCorrection, OfflineWish, correct_gift
from donations.postings import HowOut
from donations.tables import Gift, GiftSettlement, GoodsOut
from tests.simulation.world import World

DeskAct = Callable[[World, random.Random], None]


def enter_cash(world: World, chance: random.Random) -> None:
    """Enter a gift in cash."""
    cents = chance.choice((500, 13_000, 13_001, chance.randint(1, 50_000)))
    wish = OfflineWish(
        kind="cash",
        amount_cents=cents,
        name=f"Donor {chance.randrange(20)}",
        email=f"desk{chance.randrange(20)}@example.org",
        received_on=world.today,
    )
    world.rooms.offline.add(wish, actor=COMMAND, is_no_duplicate=True)


def take_goods_in(world: World, chance: random.Random) -> None:
    """Take coats or shares in."""
    count = chance.randint(1, 12)
    is_stock = chance.random() < 0.3
    item = ItemWish(
        description="Shares" if is_stock else "Coats",
        count=count,
        condition=None if is_stock else "new",
        value_cents=chance.randint(count, 40_000),
    )
    wish = GoodsWish(
        kind="securities" if is_stock else "goods",
        name=f"Donor {chance.randrange(20)}",
        email=f"desk{chance.randrange(20)}@example.org",
        handed_over_on=world.today,
        place="The workroom",
        items=(item,),
    )
    _goods(world).take_in(wish, actor=COMMAND)


def let_goods_leave(world: World, chance: random.Random) -> None:
    """Draft that something leaves: it may be more than is there, or of the wrong kind."""
    shelves = _goods(world).on_hand()
    if not shelves:
        take_goods_in(world, chance)
        return
    shelf = chance.choice(shelves)
    ways: tuple[HowOut, ...] = ("sold",) if shelf.kind == "securities" else ("given", "given", "discarded")
    how = chance.choice(ways)
    is_sale = how == "sold"
    wish = OutWish(
        how=how,
        out_on=world.today,
        parts=(Part(gift=shelf.gift, n=shelf.n, count=chance.randint(1, shelf.left + 1)),),
        proceeds_cents=chance.randint(10, 60_000) if is_sale else 0,
        commission_cents=chance.randint(0, 10) if is_sale else 0,
    )
    _goods(world).draft_out(wish, actor=COMMAND)


def decide_on_goods(world: World, chance: random.Random) -> None:
    """Approve or decline a draft."""
    with world.rooms.database.read() as session:
        drafts = session.scalars(select(GoodsOut.reference).where(GoodsOut.state == "drafted")).all()
    if not drafts:
        let_goods_leave(world, chance)
    else:
        _goods(world).decide(
            chance.choice(drafts), chance.choice(("approve", "approve", "approve", "decline")), actor=COMMAND
        )


def correct(world: World, chance: random.Random) -> None:
    """Take out any gift that was entered at the desk, or by Stripe, which is refused."""
    with world.rooms.database.read() as session:
        settled = select(Gift.reference).join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        gifts = session.scalars(settled.where(GiftSettlement.charge_id.is_(None))).all()
    if gifts:
        wish = GiftCorrection(
            reference=chance.choice(gifts), reason="wrong_amount", asked_by="s_ada", approved_by="s_ben"
        )
        now = world.rooms.clock.now()
        world.rooms.database.write(lambda session: correct_gift(session, COMMAND, wish, now=now))


def _goods(world: World) -> GoodsDesk:
    rooms = world.rooms
    return GoodsDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings)


DESK_LIVES: dict[DeskAct, int] = {
    enter_cash: 6,
    take_goods_in: 4,
    let_goods_leave: 4,
    decide_on_goods: 6,
    correct: 3,
}
"""Each act and how often it is drawn."""
