/**
 * Every operation of the Kajabi Public API V1, as version 1.1.0 of its OpenAPI document has them: path and methods. All
 * others under /v1 are extensions.
 */
const KAJABI_PATHS: Record<string, string> = {
  '/v1/blog_posts': 'GET',
  '/v1/blog_posts/{id}': 'GET',
  '/v1/contact_notes': 'GET POST',
  '/v1/contact_notes/{id}': 'GET PATCH DELETE',
  '/v1/contact_tags': 'GET',
  '/v1/contact_tags/{id}': 'GET',
  '/v1/contacts': 'GET POST',
  '/v1/contacts/{id}/relationships/offers': 'GET POST PATCH DELETE',
  '/v1/contacts/{id}/relationships/tags': 'GET POST PATCH DELETE',
  '/v1/contacts/{id}': 'GET PATCH DELETE',
  '/v1/courses': 'GET',
  '/v1/courses/{id}': 'GET',
  '/v1/custom_fields': 'GET',
  '/v1/custom_fields/{id}': 'GET',
  '/v1/customers': 'GET',
  '/v1/customers/{id}/relationships/offers': 'GET POST PATCH DELETE',
  '/v1/customers/{id}': 'GET',
  '/v1/form_submissions': 'GET',
  '/v1/form_submissions/{id}': 'GET',
  '/v1/forms': 'GET',
  '/v1/forms/{id}': 'GET',
  '/v1/forms/{id}/submit': 'POST',
  '/v1/hooks': 'GET POST',
  '/v1/hooks/form_submission_sample': 'GET',
  '/v1/hooks/order_created_sample': 'GET',
  '/v1/hooks/payment_succeeded_sample': 'GET',
  '/v1/hooks/purchase_sample': 'GET',
  '/v1/hooks/tag_added_sample': 'GET',
  '/v1/hooks/tag_removed_sample': 'GET',
  '/v1/hooks/{id}': 'GET DELETE',
  '/v1/kajabi_payments_payouts': 'GET',
  '/v1/kajabi_payments_payouts/{id}': 'GET',
  '/v1/landing_pages': 'GET',
  '/v1/landing_pages/{id}': 'GET',
  '/v1/me': 'GET',
  '/v1/oauth/revoke': 'POST',
  '/v1/oauth/token': 'POST',
  '/v1/offers': 'GET',
  '/v1/offers/{id}': 'GET',
  '/v1/offers/{id}/relationships/products': 'GET',
  '/v1/order_items': 'GET',
  '/v1/order_items/{id}': 'GET',
  '/v1/orders': 'GET',
  '/v1/orders/{id}': 'GET',
  '/v1/podcasts': 'GET',
  '/v1/podcasts/{id}': 'GET',
  '/v1/products': 'GET',
  '/v1/products/{id}': 'GET',
  '/v1/purchases': 'GET',
  '/v1/purchases/{id}': 'GET',
  '/v1/purchases/{id}/cancel_subscription': 'POST',
  '/v1/purchases/{id}/deactivate': 'POST',
  '/v1/purchases/{id}/reactivate': 'POST',
  '/v1/sites': 'GET',
  '/v1/sites/{id}': 'GET',
  '/v1/transactions': 'GET',
  '/v1/transactions/{id}': 'GET',
  '/v1/version': 'GET',
  '/v1/website_pages': 'GET',
  '/v1/website_pages/{id}': 'GET',
}

export interface Operation {
  method: string
  /** With placeholders, as `/v1/contacts/{id}`. */
  url: string
}

export const KAJABI_OPERATIONS: Operation[] = Object.entries(KAJABI_PATHS).flatMap(([url, methods]) =>
  methods.split(' ').map((method) => ({ method, url })),
)

/** Names of placeholders do not matter. */
const nameOf = ({ method, url }: Operation) => `${method} ${url.replace(/\{\w+\}/g, '{}')}`

const KAJABI_NAMES = new Set(KAJABI_OPERATIONS.map(nameOf))

/** Whether an operation of the API is one that Kajabi does not have. */
export const isExtension = (operation: Operation): boolean =>
  operation.url.startsWith('/v1/') && !KAJABI_NAMES.has(nameOf(operation))
