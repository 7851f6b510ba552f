"""A page that asks for something and then does it: the same for every act of the room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from creditpolicy.problems import Refusal


def ask(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], HttpResponseBase | None],
    *,
    back: str,
    done: str = "",
    template: str = "org/ask.html",
    **context: Any,
) -> HttpResponseBase:
    """Show the form; on sending it do the act, say `done` and go `back`. A refusal stands above the form as written.

    `do` takes what the form holds; where it gives a page itself (a password shown once), that is the answer.
    """
    if request.method == "POST" and form.is_valid():
        try:
            answer = do(form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            if answer is not None:
                return answer
            messages.success(request, done)
            return redirect(back)
    status = 422 if request.method == "POST" and request.headers.get("HX-Request") else 200
    return render(request, template, {"form": form, "back": back, **context}, status=status)


def do_at_once(request: HttpRequest, do: Callable[[], Any], *, back: str, done: str) -> HttpResponse:
    """Do an act that asks for nothing more, and go back; a refusal is shown there as written."""
    try:
        do()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(back)


def page_of(name: str, *args: Any) -> str:
    """Give the address of a page."""
    return reverse(name, args=args)
