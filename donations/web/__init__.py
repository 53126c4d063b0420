"""Room: web. The front door: pages, the letter slot for Stripe, and what the edge lets in."""
