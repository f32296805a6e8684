import type { EmailTemplate } from './template.ts'

export const welcome: EmailTemplate = {
  subject: 'Welcome to {{ site.title }}',
  preheader: 'Set a password and sign in to see what is waiting for you.',
  heading: 'Welcome to {{ site.title }}',
  body: `<p>Hello{% if recipient.first_name != blank %} {{ recipient.first_name }}{% endif %},</p>
{% if offers.size > 0 %}
<p>Your account is ready, and this is yours now:</p>
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
<p>Your account is ready.</p>
{% endif %}
<p>
  Choose a password to sign in.<br>
  The link works once
  {%- if link.expires_in_days %} and is valid for {{ link.expires_in_days }} day
  {%- if link.expires_in_days != 1 %}s{% endif %}{% endif %}.
</p>`,
  button: 'Set your password',
  text: `Hello{% if recipient.first_name != blank %} {{ recipient.first_name }}{% endif %},

Welcome to {{ site.title }}. Your account is ready.

{% if offers.size > 0 %}
This is yours now:
{% for offer in offers %}
* {{ offer.title }}
{%- if offer.access_until %} (access until {{ offer.access_until | date: "%-d %B %Y" }}){% endif %}
{%- for product in offer.products %}
  - {{ product.title }}
{%- endfor %}
{% endfor %}
{% endif %}

Choose a password and sign in:
{{ link.url }}

The link works once
{%- if link.expires_in_days %} and is valid for {{ link.expires_in_days }} day
{%- if link.expires_in_days != 1 %}s{% endif %}{% endif %}.

--
You are receiving this because {{ recipient.email }} was given access at {{ site.title }}, {{ site.url }}`,
  footer: `<p>You are receiving this because {{ recipient.email }} was given access at
<a href="{{ site.url }}">{{ site.title }}</a>.</p>`,
}
