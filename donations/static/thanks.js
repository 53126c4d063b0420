// Asks every few seconds how the gift stands and opens the page anew when that has changed. Without it, the page does so by itself.
"use strict";
{
  const page = document.getElementById("gift");
  const started = Date.now();
  const look = async () => {
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "application/json" }, cache: "no-store" });
      const told = await answer.json();
      if (answer.ok && (told.state !== page.dataset.state || String(told.receipt) !== page.dataset.receipt)) {
        location.reload();
        return;
      }
    } catch {
      // Away for a moment: the next look may do better.
    }
    const waited = Date.now() - started;
    if (waited < 15 * 60 * 1000) { setTimeout(look, waited < 60 * 1000 ? 2000 : 10000); }
  };
  if (page.dataset.waiting === "yes") { setTimeout(look, 1500); }
}
