import { footerInHtml, footerInText } from './parts.ts'
import type { EmailTemplate } from './template.ts'
import type { EmailWords, LinkWords } from './words/words.ts'

/** An e-mail that somebody requested on the pages, with a link to use at once. */
export function linkEmail(
  { greeting, linkValidity, requested }: EmailWords,
  { subject, preheader, heading, sentence, button, ignore }: LinkWords,
): EmailTemplate {
  return {
    subject,
    preheader,
    heading,
    body: `<p>${greeting}</p>
<p>${sentence}</p>
<p>${linkValidity} ${ignore}</p>`,
    button,
    text: `${greeting}

${sentence}
{{ link.url }}

${linkValidity} ${ignore}

${footerInText(requested)}`,
    footer: footerInHtml(requested),
  }
}
