"""The simulated Stripe against the SDK's own types, and its laws."""
