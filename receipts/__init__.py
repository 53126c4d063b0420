"""The printing house: frozen facts in, PDF bytes out. It knows no database, web or Stripe."""
