"""Slides for a room, from protected figures."""

from dashboard.components import context, present_page

present_page.show(context.warehouse())
