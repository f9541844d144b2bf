# What IPython gives a notebook, as far as a script can have it: magics, shell lines, display. Made by octostore.
import builtins as _b, os as _os, re as _re, shlex as _shlex, subprocess as _sub, sys as _sys, time as _time


def _octostore_passed_over(what):
    print(f"{what} is passed over: it has no meaning in a script", file=_sys.stderr)


def display(*values, **_):
    for value in values:
        print(value if isinstance(value, str) else repr(value))


class _OctostoreShell:
    _quiet = {"autoreload", "autosave", "automagic", "colors", "config", "load_ext", "reload_ext", "pdb", "precision",
              "unload_ext", "xmode", "html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG"}

    def __init__(self, names):
        self.user_ns = names

    def _names(self, depth=2):
        frame = _sys._getframe(depth)
        return {**self.user_ns, **(frame.f_locals if frame.f_globals is self.user_ns else {})}

    def _expand(self, text, names):
        def value(match):
            whole, braced, plain = match.group(0), match.group(1), match.group(2)
            if whole in ("{{", "}}", "$$"):
                return whole[0]
            try:
                return str(eval(braced or plain, names))
            except Exception:
                return whole
        return _re.sub(r"\{\{|\}\}|\$\$|\{([^{}\n]+)\}|\$([A-Za-z_]\w*)", value, text)

    def _shell(self, command, **more):
        _sys.stdout.flush()
        _sys.stderr.flush()
        done = _sub.run(command, shell=True, executable=_os.environ.get("SHELL") if _os.name != "nt" else None, **more)
        self.user_ns["_exit_code"] = done.returncode
        return done

    def system(self, command):
        self._shell(self._expand(command, self._names()))

    def getoutput(self, command):
        done = self._shell(self._expand(command, self._names()), stdout=_sub.PIPE, stderr=_sub.STDOUT, text=True)
        return done.stdout.splitlines()

    def run_line_magic(self, name, line=""):
        line = self._expand(line, self._names()).strip()
        known = getattr(self, "_line_" + name, None)
        if known:
            return known(line)
        if name in self._quiet:
            return _octostore_passed_over("%" + name)
        raise RuntimeError(f"the magic %{name} needs a notebook kernel: a script cannot have it")

    def run_cell_magic(self, name, line, cell):
        frame = _sys._getframe(1)
        known = getattr(self, "_cell_" + name, None)
        if known:
            return known(line.strip(), cell, frame.f_lineno)
        if name in self._quiet:
            return _octostore_passed_over("%%" + name)
        raise RuntimeError(f"the magic %%{name} needs a notebook kernel: a script cannot have it")

    magic = lambda self, text: self.run_line_magic(*(text.lstrip("%") + " ").split(" ", 1))

    # Lines.
    def _line_run(self, line):
        words = _shlex.split(line)
        new = {"__name__": "__main__", "__builtins__": _b}
        names = self.user_ns if "-i" in words else new
        words = [w for w in words if w not in ("-i", "-e", "-n")]
        path = words[0] if _os.path.exists(words[0]) else words[0] + ".py"
        with open(path, encoding="utf-8") as f:
            code = compile(f.read(), path, "exec")
        before, _sys.argv = _sys.argv, words
        try:
            exec(code, names)
        finally:
            _sys.argv = before
        if names is new:
            self.user_ns.update((k, v) for k, v in new.items() if not k.startswith("__"))

    def _line_time(self, line, first=None):
        wall, cpu = _time.perf_counter(), _time.process_time()
        try:
            return _octostore_do(line, self.user_ns, "<time>" if first is None else None, first or 1)
        finally:
            cpu, wall = _time.process_time() - cpu, _time.perf_counter() - wall
            print(f"CPU times: {cpu:.3g} s\nWall time: {wall:.3g} s")

    def _line_timeit(self, line, body=None):
        import timeit
        words, number, repeat = line.split(), 0, 7
        while words and _re.fullmatch(r"-[nr]\d*", words[0]):
            word = words.pop(0)
            count = int(word[2:] or words.pop(0))
            number, repeat = (count, repeat) if word[1] == "n" else (number, count)
        rest = line if not words else line[line.index(words[0]):]
        timer = timeit.Timer(body or rest, rest if body and words else "pass", globals=self.user_ns)
        number = number or timer.autorange()[0]
        times = [t / number for t in timer.repeat(repeat, number)]
        print(f"{min(times):.3g} s per loop (best of {repeat} runs, {number} loops each)")

    def _line_env(self, line):
        if not line:
            return dict(_os.environ)
        name, _, value = line.partition("=") if "=" in line else line.partition(" ")
        if not value:
            return _os.environ[name.strip()]
        _os.environ[name.strip()] = value.strip()

    _line_set_env = _line_env

    def _line_cd(self, line):
        _os.chdir(_os.path.expanduser(line.strip("'\"") or "~"))

    def _line_pwd(self, line):
        return _os.getcwd()

    def _line_matplotlib(self, line):
        _os.environ.setdefault("MPLBACKEND", "Agg")

    _line_pylab = _line_matplotlib

    def _line_pip(self, line):
        self._shell(f"{_shlex.quote(_sys.executable)} -m pip {line}")

    def _line_conda(self, line):
        self._shell(f"conda {line}")

    def _line_mamba(self, line):
        self._shell(f"mamba {line}")

    def _line_system(self, line):
        self._shell(line)

    def _line_sx(self, line):
        return self._shell(line, stdout=_sub.PIPE, stderr=_sub.STDOUT, text=True).stdout.splitlines()

    def _line_ls(self, line):
        self._shell(f"ls {line}")

    def _line_mkdir(self, line):
        self._shell(f"mkdir {line}")

    def _line_pinfo(self, line):
        help(eval(line, self.user_ns))

    _line_pinfo2 = _line_pinfo

    def _line_who(self, line):
        print(*sorted(n for n in self.user_ns if not n.startswith("_")))

    # Cells.
    def _cell_time(self, line, cell, first):
        return self._line_time((line + "\n" if line else "\n") + cell, first)

    def _cell_timeit(self, line, cell, first):
        self._line_timeit(line, cell)

    def _cell_capture(self, line, cell, first):
        import contextlib, io
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            _octostore_do("\n" + cell, self.user_ns, None, first)
        words = [w for w in line.split() if not w.startswith("-")]
        if words:
            text = type("Captured", (), {"stdout": out.getvalue(), "stderr": err.getvalue(), "show": lambda s: print(s.stdout, end=""), "__str__": lambda s: s.stdout})
            self.user_ns[words[0]] = text()

    def _cell_writefile(self, line, cell, first):
        words = _shlex.split(line)
        path = _os.path.expanduser(words[-1])
        with open(path, "a" if words[0] in ("-a", "--append") else "w", encoding="utf-8") as f:
            f.write(cell)

    _cell_file = _cell_writefile

    def _cell_script(self, line, cell, first):
        words = [w for w in _shlex.split(self._expand(line, self.user_ns))]
        _sys.stdout.flush()
        _sub.run(words, input=cell, text=True, check=True)

    def _cell_bash(self, line, cell, first):
        self._cell_script("bash " + line, cell, first)

    def _cell_sh(self, line, cell, first):
        self._cell_script("sh " + line, cell, first)

    def _cell_perl(self, line, cell, first):
        self._cell_script("perl " + line, cell, first)

    def _cell_ruby(self, line, cell, first):
        self._cell_script("ruby " + line, cell, first)

    def _cell_python(self, line, cell, first):
        self._cell_script(_shlex.quote(_sys.executable) + " - " + line, cell, first)

    _cell_python3 = _cell_python

    def _cell_system(self, line, cell, first):
        self._shell(self._expand(cell, self.user_ns))

    _cell_sx = _cell_system


def get_ipython():
    return _octostore_shell


def _octostore_do(source, names, file=None, first=1):
    """Runs a cell: await at its top works, and the value of its last line is shown."""
    import ast, inspect
    file = file or globals().get("_octostore_file", "<cell>")
    tree = ast.parse(source, file)
    ast.increment_lineno(tree, first - 1)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
        last = ast.Expression(tree.body.pop().value)
    for part, mode in ((tree, "exec"), (last, "eval")):
        if part is None:
            continue
        code = compile(part, file, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        value = eval(code, names)
        if inspect.iscoroutine(value) and code.co_flags & inspect.CO_COROUTINE:
            value = _octostore_loop().run_until_complete(value)
        if mode == "eval" and value is not None:
            names["_"] = value
            display(value)


def _octostore_loop(kept=[]):
    if not kept:
        import asyncio
        kept.append(asyncio.new_event_loop())
        asyncio.set_event_loop(kept[0])
    return kept[0]


def _octostore_main(file, cells, notebook, names):
    """Runs the cells of a script one by one; if one fails, says which."""
    import json, signal, traceback
    names["_octostore_file"] = file
    with open(file, encoding="utf-8") as f:
        lines = f.read().split("\n")
    for cell, first, end in cells:
        try:
            _octostore_do("\n".join(lines[first - 1:end]), names, file, first)
        except SystemExit:
            raise
        except BaseException as e:
            stack = traceback.extract_tb(e.__traceback__)
            inside = [n for n, frame in enumerate(stack) if frame.filename == file and not frame.name.startswith("_octostore")]
            inside = [n for n in inside if stack[n].lineno >= cells[0][1]]
            line = stack[inside[0]].lineno if inside else getattr(e, "lineno", None) or first
            shown = e.__traceback__
            for _ in range(inside[0] if inside else 0):
                shown = shown.tb_next
            _sys.stdout.flush()
            traceback.print_exception(type(e), e, shown)
            where = {"cell": cell, "line": line - first + 1, "error": f"{type(e).__name__}: {e}"[:2000]}
            print(f"in cell {cell} of {notebook}, line {where['line']} of the cell", file=_sys.stderr, flush=True)
            told = _os.environ.get("OCTOSTORE_FAILED_CELL")
            if told:
                with open(told, "w", encoding="utf-8") as f:
                    json.dump(where, f)
            if isinstance(e, KeyboardInterrupt) and _os.name != "nt":
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                _os.kill(_os.getpid(), signal.SIGINT)
            _sys.exit(1)


_octostore_shell = _OctostoreShell(globals())
