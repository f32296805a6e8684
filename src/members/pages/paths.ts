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
