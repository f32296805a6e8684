/** The items in groups of those that have the same key; the groups in the order of their keys. */
export function groupedBy<Item>(items: Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = Map.groupBy(items, keyOf)
  return [...groups.keys()].sort().map((key) => groups.get(key)!)
}
