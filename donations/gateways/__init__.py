"""Room: gateways. The only modules that speak with the world outside: Stripe, mail, files, the printing child.

Each translates into the frozen facts of `donations.ports`; a gateway imports no room above the ports.
"""
