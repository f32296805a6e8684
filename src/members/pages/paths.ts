import { offerPath } from '../../catalogue/offers/read-for-sale.ts'

/** Where the members' pages are, below the base of their site. Those of links in e-mails: linkPath(). */
export const paths = {
  library: '/',
  product: (id: string) => `/products/${encodeURIComponent(id)}`,
  lesson: (productId: string, id: string) =>
    `/products/${encodeURIComponent(productId)}/lessons/${encodeURIComponent(id)}`,
  completeLesson: (productId: string, id: string) => `${paths.lesson(productId, id)}/complete`,
  reopenLesson: (productId: string, id: string) => `${paths.lesson(productId, id)}/reopen`,
  certificate: (productId: string) => `/products/${encodeURIComponent(productId)}/certificate`,
  blog: '/blog',
  blogPost: (slug: string) => `/blog/${encodeURIComponent(slug)}`,
  signIn: '/sign-in',
  /** Shows its form on GET, with `?purpose=password` or `?purpose=sign_in`; sends the link on POST. */
  requestLink: '/request-link',
  account: '/account',
  accountName: '/account/name',
  accountPassword: '/account/password',
  accountEmail: '/account/email',
  offer: offerPath,
  /** Where the payment provider leads people back to. */
  checkout: (token: string) => `/checkout/${encodeURIComponent(token)}`,
  billing: '/billing',
  receipt: (id: string) => `/billing/receipts/${encodeURIComponent(id)}`,
  cancelSubscription: (purchaseId: string) => `/billing/purchases/${encodeURIComponent(purchaseId)}/cancel`,
  updateCard: (purchaseId: string) => `/billing/purchases/${encodeURIComponent(purchaseId)}/card`,
  form: (id: string) => `/forms/${encodeURIComponent(id)}`,
  formSubmissions: (id: string) => `/forms/${encodeURIComponent(id)}/form_submissions`,
  signOut: '/sign-out',
  signOutEverywhere: '/sign-out/everywhere',
  membersStylesheet: '/assets/members.css',
  membersScript: '/assets/members.js',
  /** Also for pages of other websites, whose HTML names it. */
  formScript: '/assets/form.js',
  siteStylesheet: '/assets/site.css',
}
