/** A key that the fake of Stripe accepts, and one that it refuses. */
export const STRIPE_TEST_KEY = 'sk_test_51QJ8Yz2eZvKYlo2C7x2K'
export const REFUSED_KEY = 'sk_test_refused_51QJ8Yz2eZvKY'
