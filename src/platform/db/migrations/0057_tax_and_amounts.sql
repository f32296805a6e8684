-- Whether the payment provider works out the tax of what a site sells, and adds it to the price.
alter table sites add column automatic_tax boolean not null default false;

-- Lists of transactions are sorted by their amounts without reading all of them.
create index transactions_amount on transactions (site_id, amount, id) where is_completed;
