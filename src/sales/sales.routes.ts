import type { Route } from '../platform/http/route.ts'
import { orderRoutes } from './orders/orders.routes.ts'
import type { PaymentProvider } from './provider.ts'
import { purchaseRoutes } from './purchases/purchases.routes.ts'
import { refundRoutes } from './transactions/refunds.routes.ts'

/** The operations that record sales and change them. */
export const salesRoutes = (provider: PaymentProvider): Route[] => [
  ...orderRoutes,
  ...purchaseRoutes(provider),
  ...refundRoutes(provider),
]
