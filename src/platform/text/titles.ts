/** Whether two titles read the same. */
export const isSameTitle = (one: string, other: string): boolean => normalized(one) === normalized(other)

const normalized = (title: string) => title.trim().replace(/\s+/g, ' ').toLowerCase()

/** The products to list below the title of their offer: none when the only one has the same title. */
export const productsToList = (offerTitle: string, productTitles: string[]): string[] =>
  productTitles.length === 1 && isSameTitle(productTitles[0]!, offerTitle) ? [] : productTitles
