import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** What went wrong, and what to do about it. */
final class OctoException extends Exception {
    private static final long serialVersionUID = 1L;

    final String code;
    final String hint;

    private OctoException(String code, String message, String hint) {
        super(message);
        this.code = code;
        this.hint = hint;
    }

    /** A call that writes a result and an error. */
    interface Call {
        int make(PointerByReference out, PointerByReference err);
    }

    /** Makes a call; gives what it wrote. */
    static Pointer check(Call call) throws OctoException {
        PointerByReference out = new PointerByReference();
        PointerByReference err = new PointerByReference();
        int status = call.make(out, err);
        if (status == 0) {
            return out.getValue();
        }
        Pointer error = err.getValue();
        try {
            String message = Octo.LIB.octo_error_message(error).text();
            throw new OctoException(Octo.LIB.octo_status_name(status), message, Octo.LIB.octo_error_hint(error).text());
        } finally {
            Octo.LIB.octo_error_free(error);
        }
    }
}
