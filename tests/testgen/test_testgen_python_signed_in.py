"""Routes that ask who is signed in: no token is needed, and the answer holds what the routes look up."""

import re

SHELTER = """\
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import HTTPBearer, OAuth2PasswordBearer
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Cat(Base):
    __tablename__ = "cats"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    keeper: Mapped[str]


class Bearer(HTTPBearer):
    async def __call__(self, request):
        raise HTTPException(401, "nobody has a token here")


def get_session() -> Session:
    raise AssertionError("the application's own database is never opened")


def read_token(token: str = Depends(OAuth2PasswordBearer(tokenUrl="token"))) -> dict:
    raise HTTPException(401, "nobody has a token here")


class Role:
    def __init__(self, wanted: str) -> None:
        self.wanted = wanted

    def __call__(self, claims: dict = Depends(read_token)) -> bool:
        return claims["role"] == self.wanted


bearer = Bearer()
keeper = Depends(Role("keeper"))
router = APIRouter()


@router.post("/cats/{name}", status_code=201, dependencies=[keeper])
def take_in(name: str, claims: dict = Depends(bearer), session: Session = Depends(get_session)):
    if session.query(Cat).filter_by(name=name).first() is not None:
        raise HTTPException(409, "is here already")
    cat = Cat(name=name, keeper=claims.get("user")["username"])
    session.add(cat)
    session.commit()
    return {"id": cat.id, "keeper": cat.keeper}


@router.get("/cats")
def see(claims: dict = Depends(read_token), session: Session = Depends(get_session)):
    return {"for": claims["sub"], "cats": [each.name for each in session.query(Cat)]}
"""


def test_routes_are_asked_as_somebody_who_is_signed_in(workbench) -> None:
    workbench.write("shelter.py", SHELTER)
    made = workbench.generate("shelter.py", budget=20, parts=("api",))
    replaced = 4  # bodies of what asks for a token, a role or the application's own database
    assert made.statements.reached == made.statements.total - replaced
    assert "app.dependency_overrides[bearer] = lambda: {" in made.text
    assert "app.dependency_overrides[keeper.dependency] = lambda: True" in made.text
    assert "app.dependency_overrides[read_token] = lambda: {" in made.text
    assert "is here already" in made.text
    assert re.search(r'client\.get\("/cats"\)\n +assert response\.status_code == 200', made.text)
    found = workbench.examine("shelter.py", made.text)
    assert found.is_sound and found.proof.goals.keys() == {*made.tests}
