import type { EmailTemplate } from './template.ts'

export const offerGrant: EmailTemplate = {
  subject:
    '{% if offers.size == 1 %}You now have {{ offers[0].title }}{% else %}You have new access at {{ site.title }}{% endif %}',
  preheader: 'Sign in to {{ site.title }} whenever you like.',
  heading: 'You have new access',
  body: `<p>Hello{% if recipient.first_name != blank %} {{ recipient.first_name }}{% endif %},</p>
{% if offers.size > 0 %}
<p>This has been added to your account at {{ site.title }}:</p>
{% for offer in offers %}
<p>
  <strong>{{ offer.title }}</strong>
  {% if offer.access_until %}<br>Access until {{ offer.access_until | date: "%-d %B %Y" }}{% endif %}
</p>
{% if offer.products.size > 0 %}
<ul>
  {% for product in offer.products %}<li>{{ product.title }}</li>{% endfor %}
</ul>
{% endif %}
{% endfor %}
{% else %}
<p>Something new has been added to your account at {{ site.title }}.</p>
{% endif %}
<p>Sign in as {{ recipient.email }} and it is there.</p>`,
  button: 'Sign in',
  text: `Hello{% if recipient.first_name != blank %} {{ recipient.first_name }}{% endif %},

{% if offers.size > 0 %}
This has been added to your account at {{ site.title }}:
{% for offer in offers %}
* {{ offer.title }}
{%- if offer.access_until %} (access until {{ offer.access_until | date: "%-d %B %Y" }}){% endif %}
{%- for product in offer.products %}
  - {{ product.title }}
{%- endfor %}
{% endfor %}
{% else %}
Something new has been added to your account at {{ site.title }}.
{% endif %}

Sign in as {{ recipient.email }} and it is there:
{{ link.url }}

--
You are receiving this because {{ recipient.email }} has an account at {{ site.title }}, {{ site.url }}`,
  footer: `<p>You are receiving this because {{ recipient.email }} has an account at
<a href="{{ site.url }}">{{ site.title }}</a>.</p>`,
}
