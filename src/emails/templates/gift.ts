import { footerInHtml, footerInText, offersInHtml, offersInText } from './parts.ts'
import type { EmailTemplate } from './template.ts'
import type { EmailWords } from './words/words.ts'

const DESCRIPTION =
  '\n  {% if offer.description != blank %}<br>{{ offer.description | newline_to_br }}{% endif %}'
const TEXT_DESCRIPTION = '\n{%- if offer.description != blank %}\n{{ offer.description }}\n{%- endif %}'

/** To somebody who was granted a gift offer: a link to open it. */
export function gift(words: EmailWords): EmailTemplate {
  const { greeting, linkValidity } = words
  const { subject, preheader, heading, given, offers, button, reason } = words.gift
  return {
    subject,
    preheader,
    heading,
    body: `<p>${greeting}</p>
<p>${given}</p>
{% if gift.message != blank %}
<blockquote>{{ gift.message | newline_to_br }}</blockquote>
{% endif %}
{% if offers.size > 0 %}
<p>${offers}</p>
{% endif %}
${offersInHtml(words, DESCRIPTION)}
<p>${linkValidity}</p>`,
    button,
    text: `${greeting}

${given}

{% if gift.message != blank %}
"{{ gift.message }}"
{% endif %}

{% if offers.size > 0 %}
${offers}

${offersInText(words, TEXT_DESCRIPTION)}
{% endif %}

${button}:
{{ link.url }}

${linkValidity}

${footerInText(reason)}`,
    footer: footerInHtml(reason),
  }
}
