import { type Field, FieldError, optionalParagraphs } from '../../platform/jsonapi/fields.ts'

/** Characters: half of the largest body. */
const LONGEST = 500_000
/** The time that sanitizing takes grows with the square of how deep tags can be in each other. */
const MOST_TAGS = 10_000

const text = optionalParagraphs(LONGEST)

/** HTML as an owner writes it. It is kept as it is, and sanitized where it is shown. */
export const html: Field = {
  ...text,
  read(value) {
    const content = text.read(value)
    if (typeof content === 'string' && content.split('<', MOST_TAGS + 2).length > MOST_TAGS + 1)
      throw new FieldError('too_many_tags', `has too many tags (at most ${MOST_TAGS})`)
    return content
  },
}
