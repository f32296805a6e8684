import type { EmailTemplate } from './template.ts'

export const gift: EmailTemplate = {
  subject:
    '{% if gift.from_name != blank %}{{ gift.from_name }} has a gift for you{% else %}A gift is waiting for you{% endif %}',
  preheader: 'Open it at {{ site.title }}.',
  heading:
    '{% if gift.from_name != blank %}A gift from {{ gift.from_name }}{% else %}A gift is waiting for you{% endif %}',
  body: `<p>Hello{% if recipient.first_name != blank %} {{ recipient.first_name }}{% endif %},</p>
{% if gift.from_name != blank %}
<p>{{ gift.from_name }} has given you a gift at {{ site.title }}.</p>
{% else %}
<p>You have been given a gift at {{ site.title }}.</p>
{% endif %}
{% if gift.message != blank %}
<blockquote>{{ gift.message | newline_to_br }}</blockquote>
{% endif %}
{% if offers.size > 0 %}
<p>Here is what is inside:</p>
{% for offer in offers %}
<p>
  <strong>{{ offer.title }}</strong>
  {% if offer.description != blank %}<br>{{ offer.description | newline_to_br }}{% endif %}
  {% if offer.access_until %}<br>Access until {{ offer.access_until | date: "%-d %B %Y" }}{% endif %}
</p>
{% if offer.products.size > 0 %}
<ul>
  {% for product in offer.products %}<li>{{ product.title }}</li>{% endfor %}
</ul>
{% endif %}
{% endfor %}
{% endif %}`,
  button: 'Open your gift',
  text: `Hello{% if recipient.first_name != blank %} {{ recipient.first_name }}{% endif %},

{% if gift.from_name != blank %}
{{ gift.from_name }} has given you a gift at {{ site.title }}.
{% else %}
You have been given a gift at {{ site.title }}.
{% endif %}

{% if gift.message != blank %}
"{{ gift.message }}"
{% endif %}

{% if offers.size > 0 %}
Here is what is inside:
{% for offer in offers %}
* {{ offer.title }}
{%- if offer.access_until %} (access until {{ offer.access_until | date: "%-d %B %Y" }}){% endif %}
{%- for product in offer.products %}
  - {{ product.title }}
{%- endfor %}
{% endfor %}
{% endif %}

Open your gift:
{{ link.url }}

--
You are receiving this because a gift was sent to {{ recipient.email }} at {{ site.title }}, {{ site.url }}`,
  footer: `<p>You are receiving this because a gift was sent to {{ recipient.email }} at
<a href="{{ site.url }}">{{ site.title }}</a>.</p>`,
}
