"""What is stored, and what can never be untrue of it."""

from models.base import Base
from models.categories import Category, CategoryGroup
from models.city import CalendarDay, CalendarYear, City, Rule
from models.database import database
from models.ledger import Account, Award, Journal, Posting
from models.lifecycle import Definition
from models.notifications import Notification, Telling
from models.outbox import Outbox
from models.people import Answer, Device, Membership, Session, Throttle, User
from models.tickets import Assignment, Event, EventWords, Join, Photo, Request, Ticket
from models.units import Area, Unit

__all__ = [
    "Account", "Answer", "Area", "Assignment", "Award", "Base", "CalendarDay", "CalendarYear", "Category",
    "CategoryGroup", "City", "Definition", "Device", "Event", "EventWords", "Join", "Journal", "Membership",
    "Notification", "Outbox", "Photo", "Posting", "Request", "Rule", "Session", "Telling", "Throttle", "Ticket", "Unit",
    "User", "database",
]
