"""Mail that comes back, each with its label. None of it is recorded: no server was asked.

The reports are written after RFC 3464 and RFC 3462 (delivery status), RFC 5965 and RFC 6430 (complaints),
RFC 8098 (receipts), RFC 3834 (automatic answers), with the codes of RFC 3463; the reports without a
format, after how the servers that write them are described. Names and words are made up.
"""

from tests.mail.bounces.answers import ANSWERS
from tests.mail.bounces.complaints import COMPLAINTS
from tests.mail.bounces.freehand import FREEHAND
from tests.mail.bounces.sample import Sample
from tests.mail.bounces.status import STATUS

SAMPLES: tuple[Sample, ...] = (*STATUS, *FREEHAND, *COMPLAINTS, *ANSWERS)
