"""Faulty configuration files. In each text `@@` marks where the fault must be reported."""

from dataclasses import dataclass

READER = '[[subscriber]]\nemail = "ana@example.org"\n'
INTEREST = f'{READER}[[subscriber.interest]]\nname = "Editing"\n'


@dataclass(frozen=True, slots=True)
class Bad:
    """One faulty file: its text with a mark, and words that message and fix must hold."""

    text: str
    message: str
    fix: str


MAIN = (
    # Unknown names
    Bad('[mail]\n@@bakend = "outbox"', "'bakend' is not a key here", "did you mean backend?"),
    Bad('[mail]\nport = 25\n  @@Host = "a.example"', "'Host'", "did you mean host?"),
    Bad('@@[smtp]\nhost = "a.example"', "'smtp' is not a section", "did you mean mail?"),
    Bad('@@[mial]\nhost = "a.example"', "'mial' is not a section", "did you mean mail?"),
    Bad('[web]\n@@sender = "a@example.org"', "'sender' is not a key here", "sender belongs under [mail]"),
    Bad('@@public_url = "https://a.example"', "is not a section", "public_url belongs under [web]"),
    Bad("[web]\n@@zzzzzz = 1", "'zzzzzz' is not a key here", "known here: public_url, bind, contact"),
    Bad("mail.@@tiemout = 3", "'tiemout' is not a key here", "did you mean timeout?"),
    Bad("mail = { port = 25, @@tiemout = 3 }", "'tiemout'", "did you mean timeout?"),
    Bad('[store]\n@@"ürl" = "x"', "'ürl'", "did you mean url?"),
    Bad('[[source]]\ntype = "arxiv"\ncategories = ["cs.CL"]\n@@url = "x"', "'url'", "did you mean"),
    Bad("[mail]\n@@[mail.server]\nhost = 1", "'server' is not a key here", "did you mean sender?"),
    # Wrong types
    Bad('[mail]\nport = @@"587"', "port must be a whole number, not '587'", "write 587 without quotes"),
    Bad("[mail]\nport = @@587.5", "port must be a whole number, not 587.5", "without quotes"),
    Bad("[mail]\nport = @@true", "port must be a whole number, not true", "without quotes"),
    Bad("[mail]\nhost = @@25", "host must be text, not 25", 'put it in quotes: "25"'),
    Bad("[mail]\npassword = @@1234567", "password must be text, not the value", "put it in quotes"),
    Bad('[mail]\nhost = @@["a", "b"]', "host must be text, not a list", "put it in quotes"),
    Bad('mail = @@"smtp"', "mail must be a table, not 'smtp'", "square brackets"),
    Bad('@@[[mail]]\nbackend = "smtp"', "mail must be a table, not a list", "square brackets"),
    Bad('@@[source]\ntype = "arxiv"', "source must be a list, not a table", "[[source]], with two brackets"),
    Bad('[ranking]\nseed = @@"x"', "seed must be a whole number, not 'x'", "whole number"),
    Bad('[ranking]\ndiversity = @@"0.2"', "diversity must be a number", "write 0.2 without quotes"),
    Bad("[ranking]\nweight_content = @@2026-01-01", "must be a number, not 2026-01-01", "without quotes"),
    Bad("[schedule]\ningest = @@06:00:00", "ingest must be text, not 06:00:00", 'quotes: "06:00:00"'),
    Bad('[secrets]\nkeys = @@"a"', "keys must be a list, not the value", "square brackets"),
    # Numbers out of range
    Bad("[mail]\nport = @@0", "port must be at least 1, not 0", "1 or more"),
    Bad("[mail]\nport = @@70000", "port must be at most 65535, not 70000", "65535 or less"),
    Bad("[ranking]\nweight_content = @@-1.0", "must be at least 0, not -1.0", "0 or more"),
    Bad("[ranking]\nweight_content = @@inf", "must be a", "write a"),
    Bad("[ranking]\nweight_trending = @@nan", "must be a", "write a"),
    Bad("[ranking]\ndiversity = @@1.5", "diversity must be at most 1", "1 or less"),
    Bad("[ranking]\ncandidates_days = 20\nmax_days = @@10", "max_days is less", "write 20 or more"),
    Bad("[schedule]\ntick = @@0", "tick must be at least 1", "1 or more"),
    # Wrong words
    Bad('[mail]\nbackend = @@"stmp"', 'backend must be "outbox" or "smtp"', 'did you mean "smtp"?'),
    Bad('[mail]\nsecurity = @@"none"', "security must be", 'write "starttls", "tls" or "plain"'),
    Bad("[mail]\nconnections = @@0", "connections must be at least 1", "1 or more"),
    Bad("[mail]\nconnections = @@17", "connections must be at most 16", "16 or less"),
    Bad("[mail]\nper_minute = @@-1", "per_minute must be at least 0", "0 or more"),
    Bad("[mail]\nretry_in_doubt = @@2", "retry_in_doubt must be at most 1", "1 or less"),
    Bad("[mail]\nretry_in_doubt = @@true", "retry_in_doubt must be a whole number", "without quotes"),
    Bad('[mail]\ndkim_selector = @@"a b"', "'a b' is not a DKIM selector", 'like "paperroute"'),
    Bad('[mail]\ndkim_selector = @@"x"', "a DKIM selector without a key", "set dkim_key_file"),
    Bad('[mail]\ndkim_key_file = @@"x.pem"', "a DKIM key without a selector", "set dkim_selector"),
    Bad('[mail]\ndkim_domain = @@"a.example"', "dkim_domain alone", "set dkim_selector and dkim_key_file"),
    Bad(
        '[mail]\ndkim_selector = "x"\ndkim_key_file = @@"no.pem"',
        "the DKIM key no.pem cannot sign: it cannot be read: No such file",
        "openssl genrsa -out",
    ),
    Bad('[mail]\nfeedback = @@"mail"', "votes by mail need an inbox", 'set [inbox] backend to "imap"'),
    Bad('[inbox]\nbackend = @@"imap"', "the inbox has no server", 'host = "imap.example.org"'),
    Bad('[inbox]\nbackend = @@"maildir"', "the inbox has no maildir", "maildir = "),
    Bad('[inbox]\nbackend = @@"pop"', 'backend must be "none", "imap" or "maildir"', '"imap"'),
    Bad(
        '[inbox]\nbackend = "imap"\nhost = "imap.example.org"\nsecurity = @@"plain"',
        "would send the login and the mail unprotected from imap.example.org",
        'security = "tls"',
    ),
    Bad(
        '[inbox]\npassword_file = "x"\npassword = @@"y"',
        "password and password_file are both set",
        "keep password_file",
    ),
    Bad('[inbox]\nreturn_path = @@"plus"', "nobody would read what comes back", "set backend"),
    Bad(
        '[inbox]\nbackend = "maildir"\nmaildir = "m"\n'
        'address = "a-name-of-more-than-thirty-octets@example.org"\n'
        'return_path = @@"plus"',
        "longer than 30 characters",
        "a shorter address",
    ),
    Bad('[inbox]\nhost = @@"imaps://imap.example.org"', "is not a host name", '"imap.example.org"'),
    Bad('[inbox]\naddress = @@"nobody"', "is not a mail address", "name@domain"),
    Bad('[inbox]\nfolder = @@""', "folder is empty", "between the quotes"),
    Bad('[inbox]\nmaildir = @@"~/Maildir"', "does not start at home", "in full"),
    Bad("[inbox]\nevery = @@1", "every must be at least 10", "10 or more"),
    Bad(
        '[mail]\nbackend = "smtp"\nhost = "mx.example.org"\nsecurity = @@"plain"',
        "would send the login and the mail unprotected to mx.example.org",
        'security = "starttls"',
    ),
    Bad(
        '[mail]\npassword_file = "x"\npassword = @@"y"',
        "password and password_file are both set",
        "keep password_file",
    ),
    Bad('[mail]\nsender = @@"nobody"', "'nobody' is not a mail address", "name@domain"),
    Bad('[mail]\nsender = @@"A\\r\\nBcc: b@example.org <a@example.org>"', "holds a line break", "one line"),
    Bad('[mail]\nsender = @@"A\\u2028B <a@example.org>"', "holds a line break", "one line"),
    Bad('[mail]\nhost = @@"smtp://mx.example.org:587"', "is not a host name", '"mx.example.org"'),
    Bad('[mail]\nhost = @@"mx.example.org:587"', "is not a host name", '"mx.example.org"'),
    Bad('[mail]\nusername = @@"a\\u0000b"', "control character (U+0000)", "one line"),
    Bad('[web]\npublic_url = @@"papers.example.org"', "is not a web address", "https://"),
    Bad('[web]\npublic_url = @@"ftp://papers.example.org"', "is not a web address", "https://"),
    Bad('[web]\npublic_url = @@"https://u:p@example.org"', "name or password in it", "before the @"),
    Bad('[web]\npublic_url = @@"https://example.org/?a=b"', "more than host and path", "after the path"),
    Bad('[web]\npublic_url = @@"https://example.org:99999"', "is not a web address", "https://"),
    Bad('[web]\nbind = @@"8321"', "is not host:port", '"127.0.0.1:8321"'),
    Bad('[web]\nbind = @@"0.0.0.0:99999"', "is not host:port", '"127.0.0.1:8321"'),
    Bad('[web]\ncontact = @@"nobody"', "is not a mail address", "name@domain"),
    Bad('[schedule]\ningest = @@"6:00"', "'6:00' is not a time of day", 'hours and minutes: "06:00"'),
    Bad('[schedule]\ntrain = @@"25:00"', "'25:00' is not a time of day", '"07:30"'),
    Bad('[schedule]\nzone = @@"CEST"', "'CEST' is not a time zone", '"'),
    Bad('[store]\nurl = @@"mysql://u:secret@h/x"', "is not the address of a store", "sqlite:///"),
    Bad('[store]\nurl = @@"sqlite:///"', "is not the address of a store", "sqlite:///"),
    Bad('[store]\nartifacts = @@""', "artifacts is empty", "between the quotes"),
    Bad('[store]\nartifacts = @@"~/x"', "does not start at home", "in full"),
    Bad(
        '[secrets]\nkeys = ["0123456789abcdef0123456789abcdef", @@"short"]', "fewer than 32", "token_urlsafe"
    ),
    # Sources
    Bad('@@[[source]]\ncategories = ["cs.CL"]', "type is missing", '"huggingface" or "zotero"'),
    Bad('[[source]]\ntype = @@"arxive"', 'type must be "arxiv"', 'did you mean "arxiv"?'),
    Bad(
        '[[source]]\ntype = "huggingface"\n@@[[source]]\ntype = "arxiv"', "categories is missing", '["cs.CL"]'
    ),
    Bad('[[source]]\ntype = "arxiv"\ncategories = @@[]', "categories is empty", 'write ["cs.CL"]'),
    Bad('[[source]]\ntype = "arxiv"\ncategories = @@"cs.CL"', "must be a list, not 'cs.CL'", "brackets"),
    Bad('[[source]]\ntype = "arxiv"\ncategories = [\n  "cs.CL",\n  @@"CS CL",\n]', "category code", "cs.CL"),
    Bad('[[source]]\ntype = "feed"\nurl = @@"/tmp/x.xml"', "is not a web address", "https://"),
    Bad('@@[[source]]\ntype = "feed"', "url is missing", "feed.xml"),
    Bad(
        '[[source]]\ntype = "huggingface"\n@@[[source]]\ntype = "huggingface"',
        "the source name huggingface is already at",
        "its own name",
    ),
    Bad(
        '[[source]]\ntype = "huggingface"\nname = "a"\n[[source]]\ntype = "huggingface"\nname = @@"A"',
        "the source name A is already at",
        "its own name",
    ),
    Bad('source = [{ type = "huggingface", allow_hosts = [@@"http://a"] }]', "is not a host name", '"a"'),
    Bad('source = [{ type = "huggingface", allow_hosts = [@@"a.lan:0"] }]', "is not a host name", '"a.lan"'),
    # Syntax
    Bad("[mail]\nport =@@", "not valid TOML: invalid value", "after the equals sign"),
    Bad("[mail]\nport = 1\n@@port = 2\n", "overwrite", "keep one"),
    Bad("[mail]\n[web]\n@@[mail]\n", "twice", "the same table stands twice"),
    Bad("[mail@@\nport = 1", "expected ']'", "close the bracket"),
    Bad('[mail]\nhost = "a@@\nport = 1', "illegal character", "close the quotes"),
    Bad("[schedule]\ningest = 0@@6:00\n", "not valid TOML", "time of day in quotes"),
    Bad("[mail]\nbackend = @@smtp\n", "invalid value", "put text in quotes"),
    Bad("[mail]\nbackend = @@“smtp”\n", "invalid value", "straight quotes"),
    Bad("[mail]\nport@@: 25\n", "not valid TOML", "write key = value"),
    Bad('[mail]\noutbox = "C:\\U@@sers"\n', "not valid TOML", "\\\\"),
)

PEOPLE = (
    Bad("@@[[subscriber]]\nname = 'Ana'", "email is missing", 'add email = "ana@example.org"'),
    Bad('[[subscriber]]\nemail = @@"ana"', "'ana' is not a mail address", "name@domain"),
    Bad('[[subscriber]]\nemail = @@"ana@"', "is not a mail address", "name@domain"),
    Bad('[[subscriber]]\nemail = @@"ana@nodot"', "is not a mail address", "name@domain"),
    Bad('[[subscriber]]\nemail = @@"jösé@example.org"', "is not a mail address", "name@domain"),
    Bad('[[subscriber]]\nemail = @@"a@example.org\\nBcc: b@example.org"', "holds a line break", "one line"),
    Bad(f'{READER}zone = @@"Europe/Berln"', "'Europe/Berln' is not a time zone", '"Europe/Berlin"'),
    Bad(f'{READER}zone = @@"berlin"', "'berlin' is not a time zone", '"Europe/Berlin"'),
    Bad(f'{READER}zone = @@"New York"', "'New York' is not a time zone", '"America/New_York"'),
    Bad(f'{READER}zone = @@"Europe"', "'Europe' is not a time zone", '"'),
    Bad(f'{READER}zone = @@"../etc/passwd"', "is not a time zone", "IANA"),
    Bad(f'{READER}at = @@"7:30"', "'7:30' is not a time of day", '"07:30"'),
    Bad(f'{READER}at = @@"7pm"', "'7pm' is not a time of day", '"19:00"'),
    Bad(f"{READER}at = @@730", "at must be text, not 730", 'quotes: "730"'),
    Bad(f'{READER}every = @@"daily"', 'every must be "day", "weekday" or "week"', '"day"'),
    Bad(f'{READER}every = "week"\non = @@"mon"', "on must be", 'did you mean "monday"?'),
    Bad(f"{READER}papers = @@0", "papers must be at least 1, not 0", "1 or more"),
    Bad(f"{READER}papers = @@51", "papers must be at most 50, not 51", "50 or less"),
    Bad(f'{READER}papers = @@"ten"', "papers must be a whole number, not 'ten'", "whole number"),
    Bad(f'{READER}floor = @@"high"', "'high' is not a floor", '"auto" or a number'),
    Bad(f"{READER}floor = @@1.2", "1.2 is not a floor", '"auto" or a number'),
    Bad(f"{READER}floor = @@true", "true is not a floor", '"auto" or a number'),
    Bad(f'{READER}when_empty = @@"never"', "when_empty must be", '"skip" or "send"'),
    Bad(f'{READER}locked = [@@"hour"]', "locked must be", "write"),
    Bad(f'{READER}paused = @@"yes"', "paused must be true or false, not 'yes'", "without quotes"),
    Bad(f'{READER}@@timezone = "UTC"', "'timezone' is not a key here", "did you mean zone?"),
    Bad(f"{READER}@@intrest = []", "'intrest' is not a key here", "did you mean interest?"),
    Bad(f'{READER}@@mute = ["x"]', "'mute' is not a key here", ""),
    Bad(f"{READER}interest = @@5", "interest must be a list, not 5", "brackets"),
    Bad(f"{READER}@@[subscriber.interest]\nname = 'x'", "list", "two brackets"),
    Bad("@@[subscriber]\nemail = 'a@example.org'", "subscriber must be a list", "two brackets"),
    Bad("@@[[subscribers]]\nemail = 'a@example.org'", "'subscribers'", "did you mean subscriber?"),
    Bad(f"{READER}@@[[subscriber.interest]]\nabout = 'x'", "name is missing", "add name"),
    Bad(f"{INTEREST}weight = @@0", "weight must be more than 0, not 0", "above 0"),
    Bad(f"{INTEREST}weight = @@-0.5", "weight must be more than 0", "above 0"),
    Bad(f'{INTEREST}keywords = @@"editing"', "keywords must be a list, not 'editing'", "brackets"),
    Bad(f'{INTEREST}keywords = ["a", @@""]', "keywords is empty", "between the quotes"),
    Bad(f'{INTEREST}keywords = ["a", @@"  "]', "the text is empty", "leave the line out"),
    Bad(f'{INTEREST}authors = ["a",\n  @@7]', "authors must be text, not 7", 'quotes: "7"'),
    Bad(f'{INTEREST}authors = [@@"a\\tb"]', "control character (U+0009)", "one line"),
    Bad(f'{INTEREST}about = @@"""a\nb"""', "holds a line break", "one line"),
    Bad(f'{INTEREST}categories = [@@"cs.cl"]', "is not a category code", "cs.CL"),
    Bad(f'{INTEREST}categories = [@@"computer science"]', "is not a category code", "cs.CL"),
    Bad(f'{INTEREST}@@keyword = ["a"]', "'keyword' is not a key here", "did you mean keywords?"),
    Bad(f'{INTEREST}  @@description = "é"', "'description' is not a key here", "did you mean about?"),
    Bad(f"{INTEREST}@@'naïve' = 1", "'naïve' is not a key", "did you mean name?"),
    Bad(f'{INTEREST}seeds_file = @@"missing.bib"', "missing.bib cannot be read", "name a .bib"),
    Bad(f"{READER}interest = [{{ name = 'é', @@wieght = 1 }}]", "'wieght'", "weight?"),
    Bad(
        f'{INTEREST}[[subscriber.interest]]\nname = @@"editing"',
        "the interest editing is already at",
        "own name",
    ),
    Bad(
        f'{INTEREST}[[subscriber.interest]]\nname = "Other"\nid = @@"Editing"',
        "interest id Editing",
        "its own id",
    ),
    Bad(
        f'{READER}[[subscriber]]\nemail = @@"Ana@EXAMPLE.org"', "Ana@EXAMPLE.org is already at", "remove one"
    ),
    Bad(
        f'{READER}id = "a"\n[[subscriber]]\nemail = "b@example.org"\nid = @@"a"',
        "the id a is already at",
        "own id",
    ),
    Bad(f"{READER}name = 'Ana@@\n", "not valid TOML", "close the quotes"),
)
