/** The parts of a postal address, which belong together: a street of one address and a city of another lead nowhere. */
export const ADDRESS_PARTS = [
  'address_line_1',
  'address_line_2',
  'address_city',
  'address_state',
  'address_country',
  'address_zip',
] as const

type Address = { [part in (typeof ADDRESS_PARTS)[number]]?: unknown }

/** Whether two addresses cannot be one: a part that both have differs, in more than case. */
export const contradicts = (one: Address, other: Address): boolean =>
  ADDRESS_PARTS.some(
    (part) =>
      one[part] && other[part] && String(one[part]).toLowerCase() !== String(other[part]).toLowerCase(),
  )
