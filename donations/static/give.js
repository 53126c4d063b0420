// The give form works without this file. With it, other amounts show their exact fee cover and fill the clothesline.
"use strict";
{
  const form = document.getElementById("give");
  const written = document.getElementById("other_amount");
  const other = document.getElementById("choice-other");
  const cover = document.getElementById("cover_fee");
  const basis = BigInt(form.dataset.basisPoints);
  const fixed = BigInt(form.dataset.fixedCents);
  const price = Number(form.dataset.priceCents);
  const pieces = Array.from(form.querySelectorAll(".clothesline:not(.second-line) .piece"));
  const first = new Map();

  const cents = (text) => {
    const found = /^([0-9]{1,6})(?:\.([0-9]{2}))?$/.exec(text);
    return found ? BigInt(found[1]) * 100n + BigInt(found[2] || "0") : null;
  };
  const dollars = (amount) => {
    const whole = (amount / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
    return `$${whole}.${(amount % 100n).toString().padStart(2, "0")}`;
  };
  // The same rule as the server's offer: the smallest cover that pays its own fee as well, rounded half up.
  const offer = (amount) => {
    let found = fixed;
    const fee = () => (2n * (amount + found) * basis + 10000n) / 20000n + fixed;
    while (found < fee()) { found = fee(); }
    return found;
  };
  const say = (name, text) => {
    for (const place of form.querySelectorAll(`[data-${name}]`)) {
      if (!first.has(place)) { first.set(place, place.textContent); }
      place.textContent = text === null ? first.get(place) : text;
    }
  };
  const show = () => {
    const amount = other.checked ? cents(written.value.trim()) : null;
    say("gift", amount === null ? null : dollars(amount));
    say("cover", amount === null ? null : dollars(offer(amount)));
    say("total", amount === null ? null : dollars(amount + (cover.checked ? offer(amount) : 0n)));
    const filled = amount === null ? 0 : Math.min(pieces.length, Math.round(Number(amount) / price * pieces.length));
    pieces.forEach((piece, index) => piece.classList.toggle("filled", index < filled));
  };
  form.addEventListener("input", show);
  form.addEventListener("change", (event) => {
    if (event.target.name === "amount" && !other.checked) { written.value = ""; }
    if (event.target === other && other.checked) { written.focus(); }
    show();
  });
  show();
}
