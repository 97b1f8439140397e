"""The city's side: receives logs, cosigns, publishes packs, keeps the read models of all halls.

Where things are: `hub` composes; `wire` is the table of the protocol's URLs and the handlers' common form; `receive`
takes appends; `reads` serves logs; `exchange` takes acks, blobs and enrolment requests; `enrolment_desk` is what the
officers do; `publish` makes packs; `projections` derives the case table; `board` answers the operator's page;
`endpoints` puts it behind HTTP; `commands` on the command line.
"""
