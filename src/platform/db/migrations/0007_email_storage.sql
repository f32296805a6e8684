-- Compressing what an e-mail says took more of the database's time than all else about it.
alter table emails alter column html set storage external, alter column text set storage external;
