import type { App } from '../platform/app.ts'

/** An account at a payment provider, and something in it. */
export interface AtProvider {
  siteId: string
  provider: string
  accountId: string
}

/** What requests to the API have a connected payment provider do, before it is recorded here. */
export interface PaymentProvider {
  /**
   * Ends a subscription now, and its payment plan. One that has ended already is no error.
   *
   * @throws ApiError 422 that says why the provider refuses
   */
  cancelSubscription(
    app: App,
    subscription: AtProvider & { reference: string; scheduleReference: string | null },
  ): Promise<void>
  /**
   * Pays back a part of a charge.
   *
   * @param refund `key`: repeated with the same one, it is paid back once
   * @returns the provider's name of the refund, and how it went
   * @throws ApiError 422 that says why the provider refuses
   */
  refund(
    app: App,
    refund: AtProvider & { chargeReference: string; amount: number; currency: string; key: string },
  ): Promise<{ reference: string; state: 'initialized' | 'succeeded' | 'failed' }>
}
