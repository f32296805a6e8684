/** The items in groups of those that have the same key; the groups in the order of their keys, 9 before 10. */
export function groupedBy<Item>(items: Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = Map.groupBy(items, keyOf)
  return [...groups.keys()].sort(byNumber.compare).map((key) => groups.get(key)!)
}

const byNumber = new Intl.Collator('en', { numeric: true })
