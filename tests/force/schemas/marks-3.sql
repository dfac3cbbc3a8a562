BEGIN TRANSACTION;
CREATE TABLE adopted(former integer not null, key integer not null, primary key(former, key)) without rowid;
CREATE TABLE changes(
  change integer primary key autoincrement, words text not null, undone integer not null default 0);
INSERT INTO "changes" VALUES(1,'3 marked read',0);
INSERT INTO "changes" VALUES(2,'1 starred, tagged later, work, noted',0);
INSERT INTO "changes" VALUES(3,'1 marked unread',0);
CREATE TABLE marks(
  key integer primary key, identity text not null, read integer not null default 0,
  starred integer not null default 0, note text not null default '', tags text not null default '',
  turn integer not null, title_key integer, text_key integer, date integer, place text, changed text not null default '{}');
INSERT INTO "marks" VALUES(1943136256632711894,'https://news.example/2',0,0,'','',3,NULL,NULL,NULL,NULL,'{}');
INSERT INTO "marks" VALUES(6374700300722794044,'https://news.example/1',1,0,'','',1,6549304344276295554,3177668314432268296,1623974400,'/home/ann/news/one.md','{}');
INSERT INTO "marks" VALUES(7356505954848894296,'notes/three.md',1,1,'why
this','later
work',2,NULL,NULL,NULL,NULL,'{}');
CREATE TABLE meta(key text primary key, value) without rowid;
INSERT INTO "meta" VALUES('turn',3);
CREATE TABLE steps(
  change integer not null, key integer not null, before text not null, after text not null,
  primary key(change, key)) without rowid;
INSERT INTO "steps" VALUES(1,1943136256632711894,'[1943136256632711894, "https://news.example/2", false, false, "", []]','[1943136256632711894, "https://news.example/2", true, false, "", []]');
INSERT INTO "steps" VALUES(1,6374700300722794044,'[6374700300722794044, "https://news.example/1", false, false, "", []]','[6374700300722794044, "https://news.example/1", true, false, "", []]');
INSERT INTO "steps" VALUES(1,7356505954848894296,'[7356505954848894296, "notes/three.md", false, false, "", []]','[7356505954848894296, "notes/three.md", true, false, "", []]');
INSERT INTO "steps" VALUES(2,7356505954848894296,'[7356505954848894296, "notes/three.md", true, false, "", []]','[7356505954848894296, "notes/three.md", true, true, "why\nthis", ["later", "work"]]');
INSERT INTO "steps" VALUES(3,1943136256632711894,'[1943136256632711894, "https://news.example/2", true, false, "", []]','[1943136256632711894, "https://news.example/2", false, false, "", []]');
CREATE INDEX marks_by_turn on marks(turn);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('changes',3);
COMMIT;
PRAGMA user_version = 3;
