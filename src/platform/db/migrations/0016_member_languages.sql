-- The language of a site, and that in which a member last used its pages; null: not known, so the site's.
alter table sites add column language text not null default 'en';
alter table customers add column language text;

-- A lesson can show a picture, said in words for those who do not see it, and offer a file to download.
alter table course_lessons add column picture_url text;
alter table course_lessons add column picture_alt text not null default '';
alter table course_lessons add column download_url text;
