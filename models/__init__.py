"""What is stored, and what can never be untrue of it."""

from models.acts import Act, ActWords
from models.base import Base
from models.categories import Category, CategoryGroup
from models.city import CalendarDay, CalendarYear, City, Rule
from models.database import database
from models.invitations import Invitation
from models.ledger import Account, Award, Journal, JournalWords, Posting
from models.lifecycle import Definition
from models.notifications import Notification, Preference, Telling
from models.outbox import Outbox
from models.overrides import Override
from models.people import Answer, Device, Membership, Session, Throttle, User
from models.reviews import Review
from models.revision import PARTS  # whose changes it hears of from here on
from models.tickets import Assignment, Event, EventWords, Join, Photo, Request, Ticket
from models.units import Area, Unit

__all__ = [
    "PARTS", "Account", "Act", "ActWords", "Answer", "Area", "Assignment", "Award", "Base", "CalendarDay",
    "CalendarYear", "Category", "CategoryGroup", "City", "Definition", "Device", "Event", "EventWords", "Invitation",
    "Join", "Journal", "JournalWords", "Membership", "Notification", "Outbox", "Override", "Photo", "Posting",
    "Preference", "Request", "Review", "Rule", "Session", "Telling", "Throttle", "Ticket", "Unit", "User", "database",
]
