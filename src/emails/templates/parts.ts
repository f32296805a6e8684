/** What several of the default e-mails have in common. */
import type { EmailWords } from './words/words.ts'

/** Each offer with its description, where wanted, the end of its access, and its products. */
export const offersInHtml = ({ accessUntil }: EmailWords, description = ''): string =>
  `{% for offer in offers %}
<p>
  <strong>{{ offer.title }}</strong>${description}
  {% if offer.access_until %}<br>${accessUntil}{% endif %}
</p>
{% if offer.products.size > 0 %}
<ul>
  {% for product in offer.products %}<li>{{ product.title }}</li>{% endfor %}
</ul>
{% endif %}
{% endfor %}`

export const offersInText = ({ accessUntil }: EmailWords, description = ''): string =>
  `{% for offer in offers %}
{{ offer.title }}${description}
{%- if offer.access_until %}
${accessUntil}
{%- endif %}
{%- for product in offer.products %}
* {{ product.title }}
{%- endfor %}
{% endfor %}`

/** Why somebody gets an e-mail. @param reason ends with "at" or its like: the site follows */
export const footerInHtml = (reason: string): string =>
  `<p>${reason}\n<a href="{{ site.url }}">{{ site.title }}</a>.</p>`

export const footerInText = (reason: string): string => `--\n${reason} {{ site.title }}, {{ site.url }}`
