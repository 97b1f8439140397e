-- What no read model could take is looked for by the log it came in: at every append, and for all halls at once.
CREATE INDEX outbox_unprojected ON outbox (payload ->> 'origin')
WHERE kind IN ('alarm.entry_malformed', 'alarm.entry_not_projected');
