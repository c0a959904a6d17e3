"""Print the API's schema, from which the browser's types are made."""

import json

from app.main import create_app

print(json.dumps(create_app().openapi(), indent=1))
