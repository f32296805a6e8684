import { footerInHtml, footerInText, offersInHtml, offersInText } from './parts.ts'
import type { EmailTemplate } from './template.ts'
import type { EmailWords, OfferWords } from './words/words.ts'

/** An e-mail about offers that somebody holds, such as the confirmation of a grant: a link to sign in. */
export function offerGrant(
  words: EmailWords,
  { subject, preheader, heading, named, unnamed, signIn, button }: OfferWords,
): EmailTemplate {
  const { greeting, linkValidity, hasAccount } = words
  const sentence = `{% if offers.size > 0 %}${named}{% else %}${unnamed}{% endif %}`
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
