/** Every difference between our OpenAPI document and Kajabi's, a line each: what differs, and why. */
export const DIFFERENCES: [RegExp, string][] = [
  [/^adds parameter fields\[/, 'sparse fields work for every resource that is shown or included'],
  [/^adds parameter include$/, 'every relationship can be included, also in answers to writes'],
  [/^adds parameter page\[(after|before)\]$/, 'extension: pages by cursor'],
  [
    /^adds parameter filter\[\w+_(eq|not_eq|in|not_in|gt|gteq|gte|lt|lteq|lte|cont|not_cont|i_cont|start|end|null)\]$/,
    'Kajabi has comparisons on some lists; here they are on every list',
  ],
  [/^adds parameter filter\[contact_id\]$/, 'extension: submissions and sales of a contact'],
  [
    /^adds parameter filter\[(action|customer_id|name_or_email|offer_id|order_id|payment_type|purchase_id|state|status)\]$/,
    'extension: filters of sales',
  ],
  [
    /^adds parameter filter\[(start|end)_date\]$/,
    'Kajabi has days on some lists of sales; here they are on all',
  ],
  [/^adds parameter page\[size\]$/, 'every list has pages of a chosen size'],
  [/^adds parameter filter\[custom_1\]$/, 'extension: contacts by the value of a custom field'],
  [
    /^adds parameter filter\[external_user_id(_source)?\]$/,
    'extension: contacts by the id of another system',
  ],
  [
    /^adds parameter filter\[(where|segment_id|not_segment_id)\]$/,
    'extension: conditions and saved filters of contacts',
  ],
  [/^adds parameter filter\[email\]$/, 'clients send it and change the first contact of the answer'],
  [/^lacks parameter filter\[site_id\]$/, 'accepted on every GET, and documented where it has an effect'],
  [/^adds parameter filter\[site_id\]$/, 'clients send it with every request'],
  [/^adds parameter filter\[published\]$/, 'the list would have no filter for what members can see'],
  [/^adds parameter dry_run$/, 'extension: what the request would do'],
  [/^lacks parameter filter\[site_id\]$/, 'of one payout, whose id is that of one site'],
  [/^adds parameter sort$/, 'every list can be sorted'],
  [
    /^(adds|lacks) parameter filter\[exclude_product_types\](\[\])?$/,
    'accepted in both notations, documented in one',
  ],

  [/^adds sent attributes\.(first|last)_name$/, 'clients send them in place of a name'],
  [/^adds (sent|shown) attributes\.external_user_ids$/, 'extension: several systems have ids for a person'],
  [/^adds (sent|shown) attributes\.mobile_phone_number$/, 'Kajabi filters by it, without showing it'],
  [/^adds sent relationships\.tags$/, 'clients send a contact together with its tags'],
  [/^lacks sent attributes\.(created|updated)_at$/, 'set by the server'],

  [
    /^adds shown attributes\.(is_gift|access_begins_at|access_days|access_ending_days)$/,
    'extension: gifts and limited access; what can be set can be read',
  ],
  [
    /^adds shown attributes\.(automatic_tax|automation_emails_per_hour|color|custom_domain|language|logo_url|members_may_cancel|payment_grace_days|refund_ends_access|reply_to_email|sender_email|sender_name|send_\w+_email|time_zone)$/,
    'extension: settings of a site; what can be set can be read',
  ],
  [
    /^adds shown attributes\.(enabled|disabled_at|disabled_reason|failing_since|secret)$/,
    'extension: state of a hook',
  ],
  [/^adds shown attributes\.previous_activation_urls_valid_until$/, 'extension: URLs that were replaced'],
  [/^adds shown attributes\.has_password$/, 'extension: how the user can sign in'],
  [/^adds shown attributes\.(permissions|role)$/, 'extension: what the token may do'],
  [/^adds shown attributes\.contacts_count$/, 'extension: shown on request'],
  [/^adds shown attributes\.(archived|select_options)$/, 'extension: custom fields can be edited'],
  [
    /^adds shown attributes\.(content|image_alt_text|image_url|owner_name|page_description|page_title|publish_at|publish_status|slug|tags|updated_at)$/,
    'extension: content can be edited; what can be set can be read',
  ],
  [
    /^adds shown attributes\.(allowed_origins|created_at|description|double_opt_in|inputs|redirect_url|subscribes|success_message)$/,
    'extension: forms can be edited; what can be set can be read',
  ],
  [
    /^adds shown attributes\.(payment_fee_in_cents|payment_plan_total_payments|provider|settlement_\w+|trial|trial_end_at)$/,
    'in the prose of Kajabi only',
  ],
  [
    /^adds shown attributes\.(amount|bank_account|currency|estimated_arrival_date|initiated_date|transactions)$/,
    'payouts: in the examples of Kajabi only',
  ],
  [
    /^adds shown attributes\.(blocks|cancel_at|current_period_end_at|failure|ordered_at|provider_reference|test|through_provider_account|updated_at)$/,
    'extension: what was recorded of a sale',
  ],
  [
    /^adds shown attributes\.(interval|interval_count|payments_total|trial_days)$/,
    'extension: subscriptions, payment plans and trials; what can be set can be read',
  ],
  [
    /^adds shown attributes\.status$/,
    'of a purchase, in the prose of Kajabi only; of a submission, an extension',
  ],
  [/^adds shown attributes\.(confirmed_at|contact_id)$/, 'extension: what became of a submission'],
  [
    /^adds shown relationships\.(contact_tags|customer|lessons|modules|offer|offers|order|payment_transactions|site)$/,
    'a resource has one representation',
  ],

  [/^adds status (400|404|413|422)$/, 'every error that can occur is documented'],
  [/^adds status 403$/, 'every operation needs a permission'],
  [/^adds status 409$/, 'JSON:API 1.1: the type does not match; or the Idempotency-Key is in use'],
  [/^adds status 429$/, 'every operation is limited'],
  [/^(adds|lacks) status 503$/, 'without the database; the version does not need it'],
]
