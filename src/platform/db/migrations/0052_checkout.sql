-- The pages on which people buy, and manage what they have bought.

-- Null: nothing was to be paid, and no provider took part.
alter table checkouts alter column provider_account_id drop not null;
-- When whoever bought was sent a link to sign in, because the browser that came back could not be signed in.
alter table checkouts add column link_sent_at timestamptz;
create index checkouts_due on checkouts (expires_at) where state = 'open';

-- Of the page of the provider on which customers update their card.
alter table provider_accounts add column portal_configuration text;

create index checkouts_ended on checkouts (updated_at) where state in ('expired', 'failed');
