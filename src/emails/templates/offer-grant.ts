import { footerInHtml, footerInText, offersInHtml, offersInText } from './parts.ts'
import type { EmailTemplate } from './template.ts'
import type { EmailWords } from './words/words.ts'

/** The confirmation of a grant: a link to sign in. */
export function offerGrant(words: EmailWords): EmailTemplate {
  const { greeting, linkValidity, hasAccount } = words
  const { subject, preheader, heading, added, addedUnnamed, signIn, button } = words.offerGrant
  const sentence = `{% if offers.size > 0 %}${added}{% else %}${addedUnnamed}{% endif %}`
  return {
    subject,
    preheader,
    heading,
    body: `<p>${greeting}</p>
<p>${sentence}</p>
${offersInHtml(words)}
<p>${signIn} ${linkValidity}</p>`,
    button,
    text: `${greeting}

${sentence}

${offersInText(words)}

${signIn} ${linkValidity}

${button}:
{{ link.url }}

${footerInText(hasAccount)}`,
    footer: footerInHtml(hasAccount),
  }
}
