-- How many decimals amounts of a currency have: src/platform/text/money.ts says the same.
create or replace function currency_decimals(p_currency text) returns integer language sql immutable parallel safe as $$
  select case
    when p_currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV',
                        'XAF', 'XOF', 'XPF') then 0
    when p_currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
    when p_currency in ('CLF', 'UYW') then 4
    else 2
  end
$$;

-- An amount in units of its currency: 9900 are 99 US dollars, or 9,900 yen.
create or replace function in_units(p_amount numeric, p_currency text) returns numeric language sql immutable parallel safe as $$
  select p_amount / power(10::numeric, currency_decimals(p_currency))
$$;
