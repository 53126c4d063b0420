"""Room: simulator. A simulated Stripe: a real feature for demos, training and tests, never a mock.

The production gateway and the real SDK talk to it through `donations.simulator.client.SimulatedStripe`; it keeps
its own book in its own file, knows nothing of our tables, and says SIMULATED wherever a person looks.
"""
