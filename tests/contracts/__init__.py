"""What any card processor behind `ports.Payments` must do: one suite, simulated and in Stripe's sandbox."""
