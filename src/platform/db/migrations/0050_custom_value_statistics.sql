-- Which values of a custom field many contacts have: see count_with_value.sql.
create statistics contact_custom_values_common (mcv) on field_id, key from contact_custom_values;
