-- The whole of a request that grants, revokes or replaces offers, in one round trip and one transaction:
-- may the caller, is this a repetition, whose offers are they, do it, what is held now.
--
-- p_caller: {account_id, permission, key_id, family_id, epoch} as a token has it, who is then the actor;
--   or {account_id} alone: the operator of the server, who needs no permission and is named in p_options.
-- p_idempotency: null, or {route, key, request_hash (hex)}.
-- p_door: 'contacts' or 'customers', what p_subject_id is the id of.
-- p_mode: 'grant', 'revoke' or 'replace'; p_options as for grant_offers().
-- Returns what grant_offers() returns and {held: [offer ids], revoked: [offer ids], replayed};
--   or {error}: unauthorized, forbidden, subject_not_found, offer_not_found (with index), email_taken,
--   idempotency_mismatch. After an error nothing was written.
create or replace function change_offers(
  p_caller jsonb, p_idempotency jsonb, p_door text, p_subject_id bigint, p_mode text, p_offer_ids bigint[],
  p_options jsonb, p_now timestamptz
) returns jsonb language plpgsql
set enable_seqscan = off
as $$
declare
  v_account_id bigint := p_caller ->> 'account_id';
  v_caller record;
  v_site_ids bigint[];
  v_site_id bigint;
  v_contact_id bigint;
  v_customer_id bigint;
  v_claim jsonb;
  v_outcome jsonb := '{}';
  v_revoked bigint[] := '{}';
begin
  if p_caller ? 'family_id' then
    select * into v_caller
      from authenticate(v_account_id, (p_caller ->> 'family_id')::uuid, (p_caller ->> 'epoch')::integer, true);
    if not found then return '{"error": "unauthorized"}'; end if;
    if not coalesce((p_caller ->> 'permission') = any (v_caller.permissions), true) then return '{"error": "forbidden"}'; end if;
    v_site_ids := v_caller.site_ids;
    p_options := p_options || jsonb_build_object(
      'actor', coalesce('api_key:' || (p_caller ->> 'key_id'), 'user:' || v_caller.user_id));
  else
    select array_agg(s.id) into v_site_ids from sites s where s.account_id = v_account_id;
  end if;

  if p_idempotency is not null then
    v_claim := claim_idempotency_key(v_account_id, p_idempotency ->> 'route', p_idempotency ->> 'key',
                                     decode(p_idempotency ->> 'request_hash', 'hex'), p_now);
    if v_claim ->> 'state' = 'mismatch' then return '{"error": "idempotency_mismatch"}'; end if;
    if v_claim ->> 'state' = 'replay' then return (v_claim -> 'outcome') || '{"replayed": true}'; end if;
  end if;

  if p_door = 'contacts' then
    select c.site_id, c.id into v_site_id, v_contact_id from contacts c
     where c.site_id = any (v_site_ids) and c.id = p_subject_id and c.deleted_at is null;
  else
    select c.site_id, c.contact_id into v_site_id, v_contact_id from customers c
     where c.site_id = any (v_site_ids) and c.id = p_subject_id and c.deleted_at is null;
  end if;
  if v_site_id is null then
    v_outcome := '{"error": "subject_not_found"}';
  elsif p_mode = 'grant' then
    v_outcome := grant_offers(v_site_id, v_contact_id, p_offer_ids, p_options, p_now);
  else
    v_outcome := first_unknown_offer(v_site_id, p_offer_ids);
    if p_mode = 'replace' and v_outcome = '{}' then
      v_outcome := grant_missing_offers(v_site_id, v_contact_id, p_offer_ids, p_options, p_now);
    end if;
    if not v_outcome ? 'error' then
      v_revoked := revoke_offers(v_site_id, v_contact_id, p_offer_ids, p_mode = 'replace',
                                 case p_mode when 'replace' then 'replaced' else 'revoked' end, p_options, p_now);
    end if;
  end if;

  if v_outcome ? 'error' then
    if p_idempotency is not null then
      delete from idempotency_keys i
       where i.account_id = v_account_id and i.route = p_idempotency ->> 'route' and i.key = p_idempotency ->> 'key';
    end if;
    return case v_outcome ->> 'error' when 'contact_not_found' then '{"error": "subject_not_found"}' else v_outcome end;
  end if;

  -- Two lookups and no join: a join that was planned on empty tables began with every grant of the site.
  select c.id into v_customer_id from customers c where c.site_id = v_site_id and c.contact_id = v_contact_id;
  v_outcome := v_outcome || jsonb_build_object(
    'revoked', coalesce((select jsonb_agg(r::text order by r) from unnest(v_revoked) r), '[]'),
    'held', coalesce((
      select jsonb_agg(h.offer_id::text order by h.offer_id) from holdings h
       where h.site_id = v_site_id and h.customer_id = v_customer_id
         and (h.expires_at is null or h.expires_at > p_now)), '[]'));

  if p_idempotency is not null then
    update idempotency_keys i set outcome = v_outcome
     where i.account_id = v_account_id and i.route = p_idempotency ->> 'route' and i.key = p_idempotency ->> 'key';
  end if;
  return v_outcome;
end
$$;

-- {} when every offer exists on the site, archived ones included; else {error, index} of the first that does not.
create or replace function first_unknown_offer(p_site_id bigint, p_offer_ids bigint[]) returns jsonb language sql as $$
  select coalesce(
    (select jsonb_build_object('error', 'offer_not_found', 'index', i.position - 1)
       from unnest(p_offer_ids) with ordinality i (offer_id, position)
       left join offers o on o.site_id = p_site_id and o.id = i.offer_id
      where o.id is null order by i.position limit 1), '{}')
$$;

-- Grants what of the list is not held yet. What is held stays as it is, also when its offer is archived by now.
-- The customer's row is locked first: of two replacements at once, the second sees what the first made.
create or replace function grant_missing_offers(
  p_site_id bigint, p_contact_id bigint, p_offer_ids bigint[], p_options jsonb, p_now timestamptz
) returns jsonb language plpgsql
set enable_seqscan = off
as $$
declare
  v_customer_id bigint;
  v_missing bigint[];
  v_outcome jsonb;
begin
  select c.id into v_customer_id from customers c
   where c.site_id = p_site_id and c.contact_id = p_contact_id for no key update;
  select array_agg(i.offer_id order by i.position) into v_missing
    from unnest(p_offer_ids) with ordinality i (offer_id, position)
   where not exists (
     select from holdings h
      where h.site_id = p_site_id and h.customer_id = v_customer_id and h.offer_id = i.offer_id
        and (h.expires_at is null or h.expires_at > p_now));
  if v_missing is null then return '{}'; end if;
  v_outcome := grant_offers(p_site_id, p_contact_id, v_missing, p_options, p_now);
  if v_outcome ->> 'error' = 'offer_not_found' then
    return v_outcome || jsonb_build_object(
      'index', array_position(p_offer_ids, v_missing[(v_outcome ->> 'index')::integer + 1]) - 1);
  end if;
  return v_outcome;
end
$$;
