"""The tables of state.sqlite, step by step. Append only: files of every earlier step are in use."""

STEPS = (
    """CREATE TABLE groups (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('areas', 'drawn')),
        polygon BLOB CHECK ((kind = 'drawn') = (polygon IS NOT NULL)),
        note TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        deleted_at TEXT
    );
    CREATE UNIQUE INDEX groups_name ON groups (name_key) WHERE deleted_at IS NULL;
    CREATE TABLE group_members (
        group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
        layer TEXT NOT NULL,
        area_id TEXT NOT NULL,
        PRIMARY KEY (group_id, layer, area_id)
    );""",
    # The record of who saw what: rows are added at the end and never changed; see dashboard/audit.
    """CREATE TABLE audit (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        clock_back INTEGER NOT NULL,
        person TEXT NOT NULL,
        role TEXT NOT NULL,
        agency TEXT NOT NULL,
        what TEXT NOT NULL,
        page TEXT NOT NULL,
        filters TEXT NOT NULL,
        left_out INTEGER NOT NULL,
        subject TEXT NOT NULL,
        format TEXT NOT NULL,
        rows INTEGER,
        sha256 TEXT NOT NULL,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL
    );
    CREATE TABLE audit_segments (
        segment INTEGER PRIMARY KEY,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        hash TEXT NOT NULL,
        file_sha256 TEXT NOT NULL
    );
    CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
    WHEN NEW.number IS NOT 1 + max(coalesce((SELECT max(number) FROM audit), 0),
                                   coalesce((SELECT max(last) FROM audit_segments), 0))
    BEGIN SELECT RAISE(ABORT, 'a row is added at the end'); END;
    CREATE TRIGGER audit_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'a row is never changed'); END;
    CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit
    WHEN OLD.number > coalesce((SELECT max(last) FROM audit_segments), 0)
    BEGIN SELECT RAISE(ABORT, 'a row is deleted only when a closed segment holds it'); END;
    CREATE TRIGGER audit_segments_in_order BEFORE INSERT ON audit_segments
    WHEN NEW.segment IS NOT 1 + coalesce((SELECT max(segment) FROM audit_segments), 0)
      OR NEW.first IS NOT 1 + coalesce((SELECT max(last) FROM audit_segments), 0)
    BEGIN SELECT RAISE(ABORT, 'a segment is added at the end'); END;
    CREATE TRIGGER audit_segments_not_changed BEFORE UPDATE ON audit_segments
    BEGIN SELECT RAISE(ABORT, 'a segment is never changed'); END;
    CREATE TRIGGER audit_segments_not_deleted BEFORE DELETE ON audit_segments
    BEGIN SELECT RAISE(ABORT, 'a segment is never deleted'); END;""",
    # dashboard/sessions.py: sign-ins, and the moment up to which all of a person's have ended.
    """CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        person TEXT NOT NULL,
        issued_at REAL NOT NULL,
        seen_at REAL NOT NULL,
        ended_at REAL,
        why TEXT CHECK ((why IS NULL) = (ended_at IS NULL))
    );
    CREATE TABLE ended_for (person TEXT PRIMARY KEY, before REAL NOT NULL, why TEXT NOT NULL);""",
    # dashboard/saved.py: views, and what their figures were, apart for each scope that saved them.
    # dashboard/decks: briefings, and what was decided at their meetings.
    """CREATE TABLE saved_views (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        description TEXT NOT NULL,
        page TEXT NOT NULL,
        query TEXT NOT NULL,
        created_at TEXT NOT NULL,
        person TEXT NOT NULL,
        scope TEXT NOT NULL,
        deleted_at TEXT
    );
    CREATE TABLE saved_figures (
        view TEXT NOT NULL REFERENCES saved_views (id) ON DELETE CASCADE,
        scope TEXT NOT NULL,
        version INTEGER NOT NULL,
        release TEXT NOT NULL,
        saved_at TEXT NOT NULL,
        figures TEXT NOT NULL,
        PRIMARY KEY (view, scope)
    );
    CREATE TABLE decks (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        meeting TEXT NOT NULL,
        created_at TEXT NOT NULL,
        person TEXT NOT NULL,
        scope TEXT NOT NULL,
        release TEXT NOT NULL,
        slides TEXT NOT NULL,
        changes TEXT NOT NULL,
        deleted_at TEXT
    );
    CREATE TABLE decisions (
        id TEXT PRIMARY KEY,
        deck TEXT NOT NULL REFERENCES decks (id) ON DELETE CASCADE,
        made_on TEXT NOT NULL,
        text TEXT NOT NULL,
        owner TEXT NOT NULL,
        due TEXT,
        done_on TEXT,
        person TEXT NOT NULL,
        scope TEXT NOT NULL
    );""",
    # dashboard/given.py: what was given to whom. dashboard/asked.py: questions about numbers, and their answers.
    """CREATE TABLE given (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        organisation TEXT NOT NULL,
        purpose TEXT NOT NULL,
        what TEXT NOT NULL,
        release TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        person TEXT NOT NULL
    );
    CREATE TABLE asked (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        scope TEXT NOT NULL,
        link TEXT NOT NULL,
        figure TEXT NOT NULL,
        title TEXT NOT NULL,
        release TEXT NOT NULL,
        text TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('open', 'answered', 'closed')),
        answer TEXT NOT NULL DEFAULT '',
        settled_at TEXT
    );""",
)
