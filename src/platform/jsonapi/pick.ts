/** The members of an object that are wanted, by name and value. */
export const pick = <Value>(
  object: Record<string, Value>,
  isWanted: (name: string, value: Value) => boolean,
): Record<string, Value> =>
  Object.fromEntries(Object.entries(object).filter(([name, value]) => isWanted(name, value)))
