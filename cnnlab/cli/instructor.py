"""What instructors do: release, collect, grade, report, export, forget, serve."""

from pathlib import Path
from typing import Annotated

import typer

from .command import Port, command, stop

Slugs = Annotated[
    list[str] | None, typer.Argument(help="Exercises, such as ch08; all of them if none is named.")
]


@command("cnnlab release ch08", needs="instructor")
def release(exercises: Slugs = None):
    """Generate the students' notebooks in `exercises/` from `solutions/`."""
    from cnnlab.grading.course import Course
    from cnnlab.grading.release import release as release_one

    course = Course.find()
    for slug in course.slugs_like(exercises):
        typer.echo(release_one(course, slug))
        typer.echo(f"Next: give students this file; then cnnlab collect {slug[:4]} <zip or folder>")


@command("cnnlab collect ch08 submissions.zip", needs="instructor")
def collect(
    exercise: Annotated[str, typer.Argument(help="Such as ch08.")],
    source: Annotated[
        Path | None,
        typer.Argument(help="The zip from Moodle or Canvas, or a folder; without one, nbgrader's exchange."),
    ] = None,
    system: Annotated[
        str, typer.Option(help="moodle, canvas, folder or exchange, where the names do not tell.")
    ] = "auto",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go where, and do nothing.")
    ] = False,
):
    """Put what students handed in where `cnnlab grade` looks; an earlier submission is kept.

    Who is who is kept in `build/students.csv`. Ends with 1 where something was left out, and says what.
    """
    from rich.cells import cell_len, set_cell_size
    from rich.console import Console
    from rich.text import Text

    from cnnlab.grading.course import Course
    from cnnlab.grading.school import collect as collect_class

    course, console = Course.find(), Console(soft_wrap=True)
    slugs = course.slugs_like([exercise])
    if len(slugs) > 1:
        raise LookupError(f'"{exercise}" is several exercises: {", ".join(slugs)}')
    done = collect_class(course, slugs[0], source, system=system, dry=dry_run)
    width = max((cell_len(placed.student) for placed in done.placed), default=0)
    for student, path, note in done.placed:
        line = f"{set_cell_size(student, width)}  {note}"
        console.print(Text(f"{line}  ({path})" if dry_run else line))
    for problem in done.problems:
        console.print(Text(problem, "yellow"))
    said = "that would be collected (nothing was done)" if dry_run else "collected"
    typer.echo(f"Submissions {said}: {len(done.placed)}; things to look at: {len(done.problems)}.")
    if not dry_run:
        typer.echo(f"Next: cnnlab grade {exercise}")
    if done.problems:
        raise typer.Exit(1)


@command("cnnlab grade ch08", needs="instructor")
def grade(
    exercises: Slugs = None,
    force: Annotated[bool, typer.Option("--force", help="Grade also what did not change.")] = False,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="A check was mended: list each mark that changes, and why.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=0, help="How many at a time; 0 takes a worker for each core.")] = 0,
    scheduler: Annotated[
        str, typer.Option(metavar="tcp://HOST:PORT", help="Grade on the workers of this Dask scheduler.")
    ] = "",
    doctor: Annotated[
        bool,
        typer.Option("--doctor", help="Only say what protects this machine, and how to get what is missing."),
    ] = False,
    no_isolation: Annotated[
        bool,
        typer.Option(
            "--no-isolation",
            help="Grade even where student code cannot be kept apart; the report then says so.",
        ),
    ] = False,
):
    """Grade what was handed in, into nbgrader's gradebook; write feedback pages and the class report.

    Submissions lie in `build/submitted/<student>/<slug>/<slug>.ipynb`; `cnnlab collect` puts them there.
    Student code runs in a sandbox. None stops the run; stopped, it goes on where it was. Ends with 1 when one
    of them could not be graded.
    """
    from cnnlab.grading.course import Course
    from cnnlab.grading.engine import beside
    from cnnlab.grading.grade import grade as grade_class
    from cnnlab.grading.show import Progress, publish, show_doctor
    from cnnlab.grading.similar import similar as similar_ones

    if doctor:
        raise typer.Exit(0 if show_doctor() else 1)
    course = Course.find()
    slugs = [slug for slug in course.slugs_like(exercises) if course.students(slug)]
    if not slugs:
        raise LookupError(f"nothing was handed in: {course.submitted}/<student>/<slug>/<slug>.ipynb")
    options = {
        "force": force or regrade,
        "jobs": jobs or None,
        "scheduler": scheduler,
        "no_isolation": no_isolation,
    }
    statuses = []
    course.prepare()  # before the first process that is to find it
    for slug in slugs:
        with beside(similar_ones, course, slug) as alike:
            with Progress(course, slug) as progress:
                run = grade_class(course, slug, on_status=progress, **options)
            statuses += run.statuses.values()
            publish(course, slug, run, regrade=regrade, alike=alike)
    if bad := sum(status.name != "graded" for status in statuses):
        typer.echo(f'{bad} not graded to the end: listed above, and under "How it ended" in the report.')
        raise typer.Exit(1)


@command("cnnlab report ch08", needs="instructor")
def report(
    exercises: Slugs = None,
    names: Annotated[bool, typer.Option("--names", help="Show the students' ids, not numbers.")] = False,
):
    """Write feedback pages and class reports anew from the gradebook, as after grading by hand."""
    from cnnlab.grading.course import Course
    from cnnlab.grading.grade import read_statuses
    from cnnlab.grading.show import publish

    course = Course.find()
    slugs = [slug for slug in course.slugs_like(exercises) if read_statuses(course, slug)]
    if not slugs:
        raise LookupError("nothing was graded yet: `cnnlab grade` does")
    for slug in slugs:
        publish(course, slug, names=names)


@command("cnnlab similar ch08", needs="instructor")
def similar(
    exercises: Slugs = None,
    least: Annotated[float, typer.Option(help="List pairs from this share on.")] = 0.4,
    common: Annotated[
        float,
        typer.Option(
            help="What a larger part of the class has in common counts for nothing; "
            "0.5 also shows what went round in a third of the class."
        ),
    ] = 0.1,
):
    """List submissions that somebody should look at together: a hint, never a mark. Nothing is written."""
    from cnnlab.grading.course import Course
    from cnnlab.grading.similar import similar as similar_ones

    course = Course.find()
    for slug in course.slugs_like(exercises):
        found = similar_ones(course, slug, least=least, common=common)
        if not found:
            typer.echo(f"{slug}  nothing stands out")
        for pair in found:
            where = ", ".join(pair.where[:3])
            typer.echo(f"{slug}  {pair.share:4.0%}  {pair.a}  {pair.b}  {pair.tokens} words: {where}")


@command("cnnlab export ch08 --system moodle", needs="instructor")
def export(
    exercises: Slugs = None,
    system: Annotated[str, typer.Option(help="moodle, canvas, plain or gradescope.")] = "plain",
    template: Annotated[
        Path | None, typer.Option(help="The table that Moodle or Canvas gave out, to be filled in.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help='A heading, such as "ch08=Exercise 8 (4711)"; may be repeated.')
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Where to write; else into `build/export/`.")] = None,
):
    """Write marks as a table for Moodle, Canvas or a spreadsheet, or as Gradescope's `results.json`."""
    from cnnlab.grading.course import Course
    from cnnlab.grading.grade import read_statuses
    from cnnlab.grading.school import export as export_marks

    course = Course.find()
    slugs = [slug for slug in course.slugs_like(exercises) if exercises or read_statuses(course, slug)]
    columns = {}
    for pair in column or []:
        name, equals, heading = pair.partition("=")
        if not equals:
            raise ValueError(f'"{pair}" is not exercise=heading')
        columns |= dict.fromkeys(course.slugs_like([name]), heading)
    done = export_marks(course, slugs, system, template=template, columns=columns, to=to)
    for problem in done.problems:
        typer.echo(problem)
    typer.echo(f"Marks: {done.path}")


@command("cnnlab forget ada", needs="instructor")
def forget(
    student: Annotated[str, typer.Argument(help="The id, as `build/submitted/` has it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
):
    """Remove a student wholly: marks, notebooks, pages, backups of the gradebook, all that reports say.

    There is no way back. Ends with 1 where something is left to do by hand, and lists it.
    """
    from cnnlab.grading.course import Course
    from cnnlab.grading.forget import forget as forget_student
    from cnnlab.grading.forget import require_known

    course = Course.find()
    require_known(course, student)
    try:
        sure = yes or typer.confirm(f"Remove {student} and every backup of the gradebook, for good?")
    except typer.Abort:
        sure = False
    if not sure:
        stop("nothing was removed")
    done = forget_student(course, student)
    for line in done.removed:
        typer.echo(f"removed: {line}")
    for line in done.left:
        typer.echo(f"LEFT:    {line}")
    typer.echo("`cnnlab report` writes pages and reports anew.")
    if done.left:
        raise typer.Exit(1)


@command("cnnlab serve --port 8080", needs="instructor")
def serve(port: Port = 8000):
    """Show book, exercises, feedback and reports in a browser of this computer, until Ctrl-C."""
    from cnnlab.grading.course import Course
    from cnnlab.grading.pages.serve import serve as serve_course

    serve_course(Course.find(), port)


@command("make demo", needs="instructor,book")
def demo(
    serve: Annotated[bool, typer.Option(help="End by serving what was made.")] = True,
    port: Port = 8000,
):
    """Do everything once: train, build the book, release, grade a sample class of ten, report, serve."""
    from cnnlab.demo import run_demo
    from cnnlab.grading.course import Course
    from cnnlab.grading.pages.serve import make_server
    from cnnlab.grading.pages.serve import serve as serve_course

    if serve:
        make_server({"/": Path()}, port).server_close()  # a busy port is said now, not after the work
    course = run_demo(Course.find().root)
    if serve:
        serve_course(course, port)
