import { footerInHtml, footerInText } from './parts.ts'
import type { EmailTemplate } from './template.ts'
import type { EmailWords, NoticeWords } from './words/words.ts'

/**
 * An e-mail about a change of somebody's account, for the case that it was not they who made it.
 *
 * @param reason why they get it
 */
export function notice(
  { greeting }: EmailWords,
  { subject, preheader, heading, changed, alarm, button }: NoticeWords,
  reason: string,
): EmailTemplate {
  return {
    subject,
    preheader,
    heading,
    body: `<p>${greeting}</p>
<p>${changed}</p>
<p>${alarm}</p>`,
    button,
    text: `${greeting}

${changed}

${alarm}
${button && `\n${button}:\n{{ link.url }}\n`}
${footerInText(reason)}`,
    footer: footerInHtml(reason),
  }
}
