/** A field that people do not see and leave empty. Programs fill it in, and browsers do not know its name. */
export const HONEYPOT = 'leave_empty'

/** The names of fields: as they are, or within `form_submission[…]`, as Kajabi's forms have them. */
export const plainNames = (form: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(form).map(([name, value]) => [
      /^form_submission\[(\w+)\]$/.exec(name)?.[1] ?? name,
      value,
    ]),
  )
