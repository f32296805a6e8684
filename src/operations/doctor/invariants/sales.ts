/** What was sold and paid, that it adds up, and that access follows from it. */
import { type Invariant, STUCK } from './invariant.ts'

const CHARGES = `('charge', 'subscribe', 'subscription_charge')`

/** Whether what was recorded at that time is not in the log as one event, `e`; one of long ago may be forgotten. */
const isNotOnce = (at: string) => `count(e.id) > 1 or (count(e.id) = 0 and ${at} >= $2)`

/** Rows without exactly one event of a type, which names them in its data. */
const withoutEvent = (name: string, rows: string, type: string, member: string) => `
  select '${name} ' || r.id as what from ${rows} r
    left join events e on e.site_id = r.site_id and e.type = '${type}' and e.data ->> '${member}' = r.id::text
   group by r.site_id, r.id, r.created_at having ${isNotOnce('r.created_at')}`

export const saleInvariants: Invariant[] = [
  {
    name: 'order_total',
    rule: 'The items of every order add up to it, in its currency.',
    violations: `
      select 'order ' || o.id as what
        from orders o left join order_items i on i.site_id = o.site_id and i.order_id = o.id
       group by o.site_id, o.id
      having (sum(i.subtotal), sum(i.discount), sum(i.tax), sum(i.total))
             is distinct from (o.subtotal::numeric, o.discount::numeric, o.tax::numeric, o.total::numeric)
          or bool_or(i.currency <> o.currency) or bool_or(i.customer_id <> o.customer_id)`,
  },
  {
    name: 'order_fulfilled',
    rule: 'Every item of an order that was fulfilled has its purchase, and no other has one.',
    violations: `
      select 'order item ' || i.id as what
        from order_items i
        join orders o on o.site_id = i.site_id and o.id = i.order_id
        left join purchases p on p.site_id = i.site_id and p.order_item_id = i.id
       where (o.fulfilled_at is null) <> (p.id is null)
          or (p.order_id, p.customer_id, p.offer_id, p.currency) <> (i.order_id, i.customer_id, i.offer_id, i.currency)
       union all
      select 'purchase ' || p.id from purchases p
        left join order_items i on i.site_id = p.site_id and i.id = p.order_item_id
       where i.id is null`,
  },
  {
    name: 'transaction_owner',
    rule: 'Every transaction belongs to an order or a purchase of its customer, and every refund and dispute to a payment.',
    violations: `
      select 'transaction ' || t.id as what
        from transactions t
        left join orders o on o.site_id = t.site_id and o.id = t.order_id
        left join transactions charge on charge.site_id = t.site_id and charge.id = t.parent_id
        left join (
          select paid.site_id, paid.id, bool_and(p.customer_id = paid.customer_id and p.currency = paid.currency) as is_own
            from transactions paid
            join transaction_purchases tp on tp.site_id = paid.site_id and tp.transaction_id = paid.id
            left join purchases p on p.site_id = tp.site_id and p.id = tp.purchase_id
           group by paid.site_id, paid.id) parts on parts.site_id = t.site_id and parts.id = t.id
       where (o.id is null and parts.is_own is null) or not parts.is_own
          or (t.order_id is not null and (o.id is null or o.customer_id <> t.customer_id))
          or (t.action in ('refund', 'dispute')
              and (charge.id is null or charge.currency <> t.currency or charge.action not in ${CHARGES}))`,
  },
  {
    name: 'transaction_parts',
    rule: 'What purchases have of a transaction adds up to it.',
    violations: `
      select 'transaction ' || t.id as what
        from transactions t
        left join transaction_purchases tp on tp.site_id = t.site_id and tp.transaction_id = t.id
       group by t.site_id, t.id
      having (count(tp.purchase_id) > 0 or (t.state = 'succeeded' and t.amount <> 0))
         and (sum(tp.amount), sum(tp.tax)) is distinct from (t.amount::numeric, t.tax::numeric)`,
  },
  {
    name: 'captured_twice',
    rule: 'No payment is recorded twice, and no order was paid by more than it costs.',
    violations: `
      select 'order ' || o.id as what
        from orders o join transactions t on t.site_id = o.site_id and t.order_id = o.id
       where t.state = 'succeeded' and t.action in ${CHARGES}
       group by o.site_id, o.id
      -- The first payment after a trial belongs to an order of which nothing was to be paid.
      having sum(t.amount) > o.total and o.total > 0
       union all
      select 'transactions ' || string_agg(id::text, ', ') from transactions
       where reference is not null group by site_id, provider, reference having count(*) > 1`,
  },
  {
    name: 'refunded_too_much',
    rule: 'No payment was refunded by more than was paid.',
    violations: `
      select 'transaction ' || charge.id as what
        from transactions charge
        join transactions r on r.site_id = charge.site_id and r.parent_id = charge.id
       where r.action = 'refund' and r.state = 'succeeded'
       group by charge.site_id, charge.id having charge.amount + sum(r.amount) < 0`,
  },
  {
    name: 'purchase_cause',
    rule: 'Every purchase that gives access was paid, is free, is tried, or is a subscription that was imported.',
    violations: `
      select 'purchase ' || p.id as what
        from purchases p
       where p.closed_at is null and p.payment_type <> 'free'
         and not exists (
           select from transaction_purchases tp join transactions t on t.site_id = tp.site_id and t.id = tp.transaction_id
            where tp.site_id = p.site_id and tp.purchase_id = p.id and t.state = 'succeeded'
              and t.action in ('charge', 'subscribe', 'subscription_charge', 'free_purchase'))
         and not exists (
           select from subscriptions s
            where s.site_id = p.site_id and s.purchase_id = p.id
              -- The payments of imported subscriptions are a file of their own.
              and (s.trial_ends_at is not null or s.provider = 'kajabi'))`,
  },
  {
    name: 'purchase_state',
    rule: 'Every purchase ends with the first of its blocks that is not waived, and for its reason.',
    violations: `
      select 'purchase ' || p.id as what
        from purchases p
        left join (
          select distinct on (site_id, purchase_id) site_id, purchase_id, since, cause from purchase_blocks
           where waived_at is null order by site_id, purchase_id, since, cause) block
          on block.site_id = p.site_id and block.purchase_id = p.id
       where (p.deactivated_at, p.deactivation_reason) is distinct from (block.since, block.cause)
          or (p.closed_at is not null and p.deactivated_at > $1)`,
  },
  {
    name: 'purchase_blocks',
    callsFunctions: true,
    rule: 'What blocks a purchase follows from its payments, disputes and subscription, and each of these facts blocks it.',
    violations: `
      select 'purchase ' || b.purchase_id || ': ' || b.cause as what
        from purchase_blocks b
       where b.cause in ('refund', 'dispute', 'failed_payment', 'canceled')
         and not exists (
           select from facts_against(b.site_id, b.purchase_id) f
            where f.cause = b.cause and f.reference = b.reference and f.since = b.since)
       union all
      select 'purchase ' || wanted.purchase_id || ': ' || f.cause
        from (select s.site_id, s.purchase_id from subscriptions s
               where s.ended_at is not null or s.cancel_at is not null or s.status in ('unpaid', 'paused')
               union
              select tp.site_id, tp.purchase_id from transaction_purchases tp
                join transactions t on t.site_id = tp.site_id and t.id = tp.transaction_id
               where t.action in ('refund', 'dispute')
               union
              -- What came with a payment that was paid back.
              select tp.site_id, tp.purchase_id from transactions t
                join transaction_purchases tp on tp.site_id = t.site_id and tp.transaction_id = t.parent_id
               where t.action = 'refund') wanted
       cross join lateral facts_against(wanted.site_id, wanted.purchase_id) f
        left join purchase_blocks b on b.site_id = wanted.site_id and b.purchase_id = wanted.purchase_id
             and b.cause = f.cause and b.reference = f.reference
       where b.purchase_id is null and f.cause <> 'failed_payment'`,
  },
  {
    name: 'payment_status',
    rule: 'How the payments of every purchase stand follows from its refunds and disputes.',
    violations: `
      select 'purchase ' || p.id as what
        from purchases p
        left join (
          select tp.site_id, tp.purchase_id, bool_or(t.action = 'refund') as is_refunded, sum(tp.amount) as amount
            from transaction_purchases tp join transactions t on t.site_id = tp.site_id and t.id = tp.transaction_id
           where t.state = 'succeeded' and (t.action = 'refund' or t.action in ${CHARGES})
           group by tp.site_id, tp.purchase_id) paid on paid.site_id = p.site_id and paid.purchase_id = p.id
        left join (
          select distinct tp.site_id, tp.purchase_id
            from transaction_purchases tp join disputes d on d.site_id = tp.site_id and d.transaction_id = tp.transaction_id
           where d.lost_at is not null or d.status in ('needs_response', 'under_review')) disputed
          on disputed.site_id = p.site_id and disputed.purchase_id = p.id
       where p.payment_status <> case when disputed.purchase_id is not null then 'disputed'
                                      when paid.is_refunded and paid.amount <= 0 then 'refunded' else 'paid' end`,
  },
  {
    name: 'purchase_stuck',
    rule: 'Every purchase whose time has come was settled within a minute.',
    violations: `select 'purchase ' || id as what from purchases where settle_at < $1::timestamptz - ${STUCK}`,
  },
  {
    name: 'purchase_of_nobody',
    rule: 'Deleted contacts and customers have no purchase that gives access.',
    violations: `
      select 'purchase ' || p.id as what from purchases p
        join customers c on c.site_id = p.site_id and c.id = p.customer_id
       where p.closed_at is null and c.deleted_at is not null`,
  },
  {
    name: 'subscription_purchase',
    rule: 'Every subscription belongs to a purchase that is paid again and again, and every such purchase has one.',
    violations: `
      select 'purchase ' || coalesce(p.id, s.purchase_id) as what
        from (select * from purchases where payment_type in ('subscription', 'multipay')) p
        full join subscriptions s on s.site_id = p.site_id and s.purchase_id = p.id
       where p.id is null or s.id is null or s.customer_id <> p.customer_id or s.currency <> p.currency`,
  },
  {
    name: 'net_revenue',
    rule: 'The net revenue of every customer who bought something is what they have paid, less refunds and disputes.',
    violations: `
      select 'customer ' || c.id as what
        from customers c
        join sites s on s.id = c.site_id
        join transactions t on t.site_id = c.site_id and t.customer_id = c.id
       group by c.site_id, c.id
      having c.net_revenue <> round(coalesce(sum(
               case when not t.is_completed then 0
                    when t.currency = s.currency then in_units(t.amount, t.currency)
                    when t.settlement_currency = s.currency then in_units(t.settlement_amount, s.currency) end), 0), 3)`,
  },
  {
    name: 'order_event',
    rule: 'Every order has exactly one order_created event, every purchase one offer_purchased, every payment that succeeded one payment_succeeded.',
    violations: [
      withoutEvent('order', 'orders', 'order_created', 'order_id'),
      withoutEvent('purchase', 'purchases', 'offer_purchased', 'purchase_id'),
      withoutEvent(
        'transaction',
        `(select * from transactions where state = 'succeeded' and amount > 0 and action in ${CHARGES})`,
        'payment_succeeded',
        'transaction_id',
      ),
    ].join('\nunion all\n'),
  },
]
