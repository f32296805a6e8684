import { footerInHtml, footerInText, offersInHtml, offersInText } from './parts.ts'
import type { EmailTemplate } from './template.ts'
import type { EmailWords } from './words/words.ts'

/** To somebody who became a customer: a link to set a password. */
export function welcome(words: EmailWords): EmailTemplate {
  const { greeting, linkValidity } = words
  const { subject, preheader, ready, offers, choose, button, reason } = words.welcome
  return {
    subject,
    preheader,
    heading: subject,
    body: `<p>${greeting}</p>
<p>${ready}{% if offers.size > 0 %} ${offers}{% endif %}</p>
${offersInHtml(words)}
<p>${choose} ${linkValidity}</p>`,
    button,
    text: `${greeting}

${subject}. ${ready}

{% if offers.size > 0 %}
${offers}

${offersInText(words)}
{% endif %}

${choose} ${linkValidity}

${button}:
{{ link.url }}

${footerInText(reason)}`,
    footer: footerInHtml(reason),
  }
}
