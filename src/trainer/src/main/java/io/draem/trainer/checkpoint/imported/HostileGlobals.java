package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.imported.PickleValue.Global;
import java.util.List;
import java.util.Set;

/** The globals that run commands or code, or open files or connections, in Python's library and common packages. */
final class HostileGlobals {

    /** Modules of which every name is refused but those of {@link #HARMLESS}. */
    private static final Set<String> HOSTILE_MODULES = Set.of(
            "_pickle",
            "_posixsubprocess",
            "_winapi",
            "bdb",
            "cPickle",
            "cProfile",
            "code",
            "codeop",
            "commands",
            "ctypes",
            "httplib",
            "importlib",
            "marshal",
            "nt",
            "os",
            "pdb",
            "pickle",
            "pip",
            "pkgutil",
            "posix",
            "profile",
            "pty",
            "runpy",
            "shutil",
            "subprocess",
            "sys",
            "timeit",
            "urllib2",
            "webbrowser");

    /**
     * Plain records and exceptions of those modules, which hyper-parameters may hold. Protocol 2 has some modules by the
     * names that they had in Python 2: {@code commands} is {@code subprocess}, {@code cPickle} is {@code pickle}.
     */
    private static final Set<String> HARMLESS = Set.of(
            "cPickle.PickleBuffer",
            "cPickle.PicklingError",
            "cPickle.UnpicklingError",
            "commands.CalledProcessError",
            "commands.CompletedProcess",
            "commands.TimeoutExpired",
            "os._Environ",
            "os.stat_result",
            "os.terminal_size",
            "os.PathLike",
            "pickle.PickleBuffer",
            "pickle.PicklingError",
            "pickle.UnpicklingError",
            "shutil.Error",
            "subprocess.CalledProcessError",
            "subprocess.CompletedProcess",
            "subprocess.TimeoutExpired");

    private static final Set<String> HOSTILE_BUILTINS = Set.of(
            "__import__",
            "apply",
            "breakpoint",
            "compile",
            "delattr",
            "eval",
            "exec",
            "execfile",
            "globals",
            "input",
            "locals",
            "open",
            "setattr",
            "vars");

    /** Functions of modules whose other names are harmless. */
    private static final Set<String> HOSTILE_FUNCTIONS = Set.of(
            "_io.FileIO",
            "_io.open",
            "asyncio.run",
            "codecs.open",
            "io.FileIO",
            "io.open",
            "joblib.load",
            "numpy.load",
            "operator.methodcaller",
            "pandas.read_pickle",
            "platform.popen",
            "pydoc.pipepager",
            "socket.create_connection",
            "socket.create_server",
            "socket.socket",
            "torch.jit.load",
            "torch.load",
            "torch.ops.load_library",
            "torch.serialization._legacy_load",
            "torch.serialization._load",
            "torch.serialization.load",
            "urllib.urlopen",
            "urllib.urlretrieve");

    /** Beginnings of such names. */
    private static final List<String> HOSTILE_BEGINNINGS = List.of(
            "asyncio.create_subprocess",
            "asyncio.subprocess.",
            "distutils.spawn.",
            "http.client.",
            "multiprocessing.popen_",
            "multiprocessing.util.spawn",
            "numpy.distutils.",
            "numpy.f2py.",
            "numpy.testing._private.utils.runstring",
            "requests.api.",
            "requests.delete",
            "requests.get",
            "requests.patch",
            "requests.post",
            "requests.put",
            "requests.request",
            "setuptools._distutils.spawn.",
            "torch.hub.",
            "torch.utils.cpp_extension.",
            "urllib.request.");

    private HostileGlobals() {}

    /** Returns whether a global runs commands or code, or opens files or connections. */
    static boolean contains(Global global) {
        String module = global.module();
        String name = global.qualified();
        int dot = module.indexOf('.');
        String top = dot < 0 ? module : module.substring(0, dot);
        if (top.equals("builtins") || top.equals("__builtin__")) {
            return HOSTILE_BUILTINS.contains(global.name());
        }
        if (HOSTILE_MODULES.contains(top)) {
            boolean number = name.startsWith("ctypes.c_");
            return !number && !HARMLESS.contains(name) && !module.startsWith("importlib.metadata");
        }
        return HOSTILE_FUNCTIONS.contains(name) || HOSTILE_BEGINNINGS.stream().anyMatch(name::startsWith);
    }
}
